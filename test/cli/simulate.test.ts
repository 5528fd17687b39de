import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { jsonLines, keyswitch, keyswitchHere, pipedTerminal, watchedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

const twoKeys = {
  id: "two-keys",
  model: { credentials: ["a", "b", "c"], failback: { timeout: 600, requests: 50 }, retry: { max_retries: 0 } },
  steps: [
    { call: { a: ["auth"] } },
    { advance: 600 },
    { call: {} },
    { calls: 50 },
    { call: { b: [{ status: 429, headers: { "retry-after": "20" }, body: {} }] } },
    { start: "x", call: {} },
    { finish: "x", outcome: "quota_exceeded" },
  ],
};

const report = {
  id: "two-keys",
  steps: [
    {
      attempts: [
        ["a", "auth"],
        ["b", "ok"],
      ],
      result: "served",
      by: "b",
      active: "b",
      epoch: 1,
    },
    { active: "b", probing: "a", epoch: 1 },
    { attempts: [["a", "ok"]], result: "served", by: "a", active: "a", epoch: 2 },
    { by: { a: 50 }, active: "a", epoch: 2 },
    { attempts: [["a", "ok"]], result: "served", by: "a", active: "a", epoch: 2 },
    { in_flight: "a", active: "a", epoch: 2 },
    { in_flight: "b", active: "b", epoch: 3 },
  ],
};

const yaml = `
id: two-keys
model:
  credentials: [a, b, c]
  failback: { timeout: 600, requests: 50 }
  retry: { max_retries: 0 }
steps:
  - call: { a: [auth] }

  - advance: 600
  - call: {}
  - calls: 50
  - call: { b: [{ status: 429, headers: { retry-after: "20" }, body: {} }] }
  - { start: x, call: {} }
  - { finish: x, outcome: quota_exceeded }
`;

const scenario = (id: string, ...steps: readonly unknown[]): object => ({ id, model: { credentials: ["a"] }, steps });

describe("keyswitch simulate", () => {
  it.each([
    ["a JSON line", JSON.stringify(twoKeys)],
    ["a JSON document over several lines", `\uFEFF${JSON.stringify(twoKeys, null, 2).replaceAll("\n", "\r\n")}`],
    ["YAML", yaml],
    ["a list of one", JSON.stringify([twoKeys], null, 1)],
  ])("takes a scenario from standard input as %s", async (_, input) => {
    const terminal = pipedTerminal(input);

    expect(await run(["simulate"], terminal)).toBe(0);

    expect(jsonLines(terminal.shown())).toEqual([report]);
    expect(terminal.complaints()).toBe("");
  });

  it("takes them from files, and from standard input among them, in order", async () => {
    const files = [
      file("one.yaml", yaml),
      "-",
      file("two.jsonl", `${JSON.stringify(scenario("l1"))}\n\n${JSON.stringify(scenario("l2"))}\n`),
      file("three.json", JSON.stringify(scenario("whole"), null, 2)),
    ];
    const { code, stdout } = await keyswitch(["simulate", ...files], { input: JSON.stringify(scenario("piped")) });

    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ id }) => id)).toEqual(["two-keys", "piped", "l1", "l2", "whole"]);
  });

  it("tells what is wrong with a scenario and where, and runs the others", async () => {
    const input = [
      scenario("misspelt", { call: { a: ["atuh"] } }),
      scenario("no such slot", { op: "DISABLE", slot: "z" }),
      scenario("no such step", { cal: {} }),
      { id: "no credentials", model: { credentials: [] }, steps: [] },
      { id: "a key in the wrong place", model: { credentials: ["a"], retry: "sk-planted-0123456789" }, steps: [] },
      scenario("good"),
      [],
    ];
    const { code, stdout, stderr } = await keyswitch(["simulate"], {
      input: `${input.map((each) => JSON.stringify(each)).join("\n")}\nnot JSON`,
    });

    expect(code).toBe(2);
    expect(jsonLines(stdout)).toEqual([{ id: "good", steps: [] }]);
    const at = (line: number): string => `keyswitch simulate: standard input, line ${line}: `;
    expect(stderr).toContain(`${at(1)}steps[0].call.a[0]: found "atuh", wanted "ok", an error class,`);
    expect(stderr).toContain(`${at(2)}steps[0].slot: found "z", wanted one of "a"\n`);
    expect(stderr).toContain(`${at(3)}steps[0]: found an object, wanted a step: {"call": {…}},`);
    expect(stderr).toContain(`${at(4)}The model's configuration has an error:\n  credentials: found an empty list,`);
    expect(stderr).toContain(`${at(7)}found an empty list, wanted an object with id, model and steps\n`);
    expect(stderr).toContain(`${at(8)}found a text that is not JSON`);
    expect(stderr).not.toMatch(/planted|at .*\.ts/);
  });

  it.each([
    [{ id: 1, model: { credentials: ["a"] }, steps: [] }, "id: found 1, wanted a text"],
    [
      { id: "x", steps: [] },
      'model: found nothing, wanted a model\'s configuration, such as {"credentials": ["a", "b"]}',
    ],
    [{ id: "x", model: { credentials: ["a"] } }, "steps: found nothing, wanted a list of steps"],
    [scenario("x", { calls: 1e8 }), "steps[0].calls: found 100000000, wanted a whole number from 0 to 10000000"],
    [scenario("x", { advance: -1 }), "steps[0].advance: found -1, wanted seconds from 0 to 1000000000"],
    [scenario("x", { call: 7 }), "steps[0].call: found 7, wanted an object of outcomes by credential"],
    [scenario("x", { call: { a: 7 } }), "steps[0].call.a: found 7, wanted a list of outcomes, one an attempt"],
    [scenario("x", { op: "EXPLODE" }), 'steps[0].op: found "EXPLODE", wanted RESET, FAILBACK, DISABLE or ENABLE'],
  ])("says in its own words what is wanted instead of %j", async (input, complaint) => {
    const terminal = pipedTerminal(JSON.stringify(input));

    expect(await run(["simulate"], terminal)).toBe(2);

    expect(terminal.complaints()).toContain(`${complaint}\n`);
  });

  it("tells which file cannot be read, and runs the others", async () => {
    const [missing, broken] = [join(directory, "missing.yaml"), file("broken.yaml", "id: [x\nmodel: {}")];
    const good = file("good.json", JSON.stringify(scenario("good")));
    const { code, stdout, stderr } = await keyswitchHere([
      "simulate",
      missing,
      directory,
      broken,
      file("empty", ""),
      good,
    ]);

    expect(code).toBe(2);
    expect(jsonLines(stdout)).toEqual([{ id: "good", steps: [] }]);
    expect(stderr).toContain(`${missing}: found what cannot be read (ENOENT), wanted a readable file\n`);
    expect(stderr).toContain(`${directory}: found what cannot be read (EISDIR), wanted a readable file\n`);
    expect(stderr).toMatch(/broken\.yaml has .*error.*:\n.* at line \d, column \d+, wanted valid YAML or JSON\n/);
    expect(stderr).toContain("empty: found nothing, wanted a scenario\n");
  });

  it("takes hostile scenarios: 10 MB bodies, nesting without end, bytes that are no text", async () => {
    const deep = `{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}`;
    const { code, stdout, stderr } = await keyswitch(["simulate"], {
      input: Buffer.concat([
        Buffer.from(
          `${JSON.stringify(scenario("large", { call: { a: [{ status: 400, body: "x".repeat(10_000_000) }] } }))}\n`,
        ),
        Buffer.from(
          `{"id":"deep-body","model":{"credentials":["a"]},"steps":[{"call":{"a":[{"status":401,"body":${deep}}]}}]}\n`,
        ),
        Buffer.from(`{"id":"deep-model","model":${deep},"steps":[]}\n`),
        Buffer.from(`{"id":"deep-steps","model":{"credentials":["a"]},"steps":[${deep}]}\n`),
        Buffer.from(`${"[".repeat(3_000_000)}\n`),
        Buffer.from([0xc3, 0x28, 0x0a]),
      ]),
    });

    expect(code).toBe(2);
    expect(jsonLines(stdout).map(({ id }) => id)).toEqual(["large", "deep-body"]);
    expect(stderr).toContain("line 3: The model's configuration has an error:\n  found more than 32 levels of nesting");
    expect(stderr).toContain("line 4: steps[0]: found an object, wanted a step");
    expect(stderr).toContain("line 5: found more than 10000 levels of nesting");
    expect(stderr).toContain("line 6: found bytes that are not UTF-8");
  });

  it("draws the last scenario as an SVG document of its own, whatever its ids hold", async () => {
    const svg = join(directory, "timeline.svg");
    const model = { credentials: [{ id: "first", provider: "openai", api_key: "sk-planted" }, { id: "second" }] };
    const steps = [
      { stream: { first: [{ hang: true }] } },
      { advance: 600 },
      { call: { first: ["auth"], second: ["auth"] } },
    ];
    const input = JSON.stringify({ id: '<&">\u0000', model, steps });
    const { code } = await keyswitchHere(["simulate", "--svg", svg], input);

    expect(code).toBe(0);
    const drawing = readFileSync(svg, "utf8");
    expect(drawing).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d/);
    expect(drawing).toContain("<title>&lt;&amp;&quot;&gt;</title>");
    expect(drawing).toContain("<title>step 1: first transient; served by second</title>");
    expect(drawing).toContain("<title>first is to be proved by the next call</title>");
    expect(drawing).not.toMatch(/planted|undefined|NaN/);
    expect(drawing.trimEnd()).toMatch(/<\/svg>$/);
  });

  it("says that a drawing cannot be written, as wrong input", async () => {
    const { code, stderr } = await keyswitchHere(["simulate", "--svg", directory], JSON.stringify(twoKeys));

    expect(code).toBe(2);
    expect(stderr).toContain("--svg: found a file that cannot be written (EISDIR), wanted a writable one");
  });

  it("shows a table on a terminal, and lines if told so", async () => {
    const [table, json] = [watchedTerminal(yaml), watchedTerminal(yaml)];

    expect(await run(["simulate"], table)).toBe(0);
    expect(await run(["simulate", "--json"], json)).toBe(0);

    expect(table.complaints()).toMatch(/^Waiting for a scenario/);
    expect(table.shown()).toBe(
      [
        "two-keys",
        "  step  what       attempts       result          home           epoch",
        "  1     call       a auth → b ok  served by b     b              1",
        "  2     +600 s                                    b (probing a)  1",
        "  3     call       a ok           served by a     a              2",
        "  4     50 × call                 a 50            a              2",
        "  5     call       a ok           served by a     a              2",
        "  6     start x                   in flight at a  a              2",
        "  7     finish x                  in flight at b  b              3",
        "",
        "",
      ].join("\n"),
    );
    expect(jsonLines(json.shown())).toEqual([report]);
  });

  const afternoon = `
id: afternoon
model: { credentials: [a, b], failback: { requests: 0 } }
outages: [{ credential: a, from: 10m, to: 30m, outcome: auth }]
compare: [{ name: eager, failback: { timeout: 1m } }]
steps:
  - traffic: { rate: 1/s, for: 2h, arrivals: even }
`;

  it("shows on a terminal what traffic and outages come to", async () => {
    const terminal = watchedTerminal(afternoon);

    expect(await run(["simulate"], terminal)).toBe(0);

    expect(terminal.shown()).toBe(
      [
        "afternoon",
        "  step  what         attempts  result          home  epoch",
        "  1     1/s for 2 h            a 5400, b 1800  a     2",
        "",
        "  calls  served     attempts/call  added mean  added p99  failback mean  max     never  moves  probes failed",
        "  7200   100.000 %  1.000          0 s         0 s        10 min         10 min  0      1↓ 1↑  1 of 2",
        "  a was out from 10 min to 30 min: home again after 10 min",
        "",
        "",
      ].join("\n"),
    );
  });

  it("sets a scenario's variants side by side, as a table or as JSON", async () => {
    const [table, json] = [watchedTerminal(afternoon), pipedTerminal(afternoon)];

    expect(await run(["simulate", "--compare"], table)).toBe(0);
    expect(await run(["simulate", "--compare"], json)).toBe(0);

    expect(table.shown()).toBe(
      [
        "afternoon",
        "  settings  calls  served     attempts/call  added mean  added p99  failback mean  max     never  moves  probes failed",
        "  as it is  7200   100.000 %  1.000          0 s         0 s        10 min         10 min  0      1↓ 1↑  1 of 2",
        "  eager     7200   100.000 %  1.001          0 s         0 s        11 min         11 min  0      1↓ 1↑  4 of 5",
        "",
        "",
      ].join("\n"),
    );
    expect(jsonLines(json.shown())).toMatchObject([
      { id: "afternoon", variants: [{ name: "as it is" }, { name: "eager", summary: { calls: 7_200 } }] },
    ]);
  });

  it("draws traffic over time: outages, who served, moves, cooldowns and probes", async () => {
    const svg = join(directory, "afternoon.svg");

    expect(await run(["simulate", "--svg", svg], pipedTerminal(afternoon))).toBe(0);

    const drawing = readFileSync(svg, "utf8");
    expect(drawing).toContain("<title>a answers auth, 0:10 to 0:30</title>");
    expect(drawing).toContain("<title>home is b, 0:10 to 0:40</title>");
    expect(drawing).toContain("<title>a rests from 0:10 to 0:20</title>");
    expect(drawing).toContain("<title>probe of a, 0:20: failed</title>");
    expect(drawing).toContain("<title>probe of a, 0:40: proved</title>");
    expect(drawing).toMatch(/<title>b: \d+ served<\/title>/);
    expect(drawing).toContain("@media (prefers-color-scheme: dark)");
    expect(drawing).not.toMatch(/undefined|NaN|Infinity/);
  });

  it("draws one run, and refuses to draw a comparison", async () => {
    const terminal = pipedTerminal(afternoon);

    expect(await run(["simulate", "--compare", "--svg", join(directory, "no.svg")], terminal)).toBe(2);

    expect(terminal.complaints()).toContain("--svg: found --compare beside it, wanted one of the two");
  });
});
