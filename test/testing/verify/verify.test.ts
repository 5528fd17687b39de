import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../src/config/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import { realSubject } from "../../../src/testing/explore/product/index.ts";
import { type ScenarioReport, simulate } from "../../../src/testing/simulate/index.ts";
import { exploredModel } from "../../../src/testing/explore/index.ts";
import { verify, type VerifiedState, verifyModel } from "../../../src/testing/verify/index.ts";
import { faults } from "./faults/index.ts";

const few = { transitions: 15_000 };

/** Every variable is set. */
const env = new Proxy<Record<string, string>>({}, { get: () => "planted", has: () => true });

const root = new URL("../../../", import.meta.url);

/** The configurations in fences of our pages and in the files beside them. */
function documentedModels() {
  const pages = ["README.md", ...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`)];
  const fences = pages
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => {
      const text = readFileSync(new URL(name, root), "utf8");
      return [...text.matchAll(/^```yaml\n(models:.*?)^```/gmsu)].map(([, yaml = ""]) => ({ name, yaml }));
    });
  const deployed = {
    name: "docs/deploy/keyswitch.yaml",
    yaml: readFileSync(new URL("docs/deploy/keyswitch.yaml", root), "utf8"),
  };
  return [...fences, deployed].flatMap(({ name, yaml }) =>
    Object.entries(parseConfig(parse(withoutFiles(yaml)), { env }).models).map(([id, config]) => ({
      name,
      id,
      config,
    })),
  );
}

/** Keys that are in files are not here. */
function withoutFiles(yaml: string): string {
  return yaml.replaceAll(/\{ file: ([^ }]+) \}/gu, '"planted-$1"');
}

/** What the examples give to `createModel`: an object that they write down, with what they bind before. */
function exampleModels() {
  return readdirSync(new URL("examples", root), { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const text = readFileSync(new URL(`examples/${entry.name}/main.ts`, root), "utf8");
    return [...text.matchAll(/createModel\((\{\n.*?\n\})\)/gsu)].map(([, literal = ""]) => ({
      name: `examples/${entry.name}`,
      config: evaluated(literal, { apiBase: "http://127.0.0.1/v1", credential: (id: string) => id }),
    }));
  });
}

function evaluated(literal: string, given: Readonly<Record<string, unknown>>): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  return new Function(...Object.keys(given), `return ${literal};`)(...Object.values(given));
}

describe("verify", () => {
  it.each(documentedModels())("finds nothing in the configuration that $name shows: $id", ({ id, config }) => {
    const { holds, counterexample } = verifyModel(exploredModel(id, config), { transitions: 6_000 });

    expect(counterexample).toBeUndefined();
    expect(holds).toBe(true);
  });

  it.each(exampleModels())("finds nothing in the configuration of $name", ({ config }) => {
    expect(verify(config, { transitions: 6_000 })).toMatchObject({ holds: true });
  });

  it("looks at the configurations of the examples and of the pages", () => {
    expect(exampleModels().length).toBeGreaterThanOrEqual(2);
    expect(documentedModels().length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ["one credential", { credentials: ["a"] }],
    ["two", { credentials: ["a", "b"], failback: { strategy: "priority" } }],
    ["three, of which one is out", { credentials: ["a", { id: "b", disabled: true }, "c"] }],
    ["four, whose pause is fixed", { credentials: ["a", "b", "c", "d"], failback: { growth: 1, min_interval: 0 } }],
    ["two, that never fail back by count", { credentials: ["a", "b"], failback: { requests: 0 } }],
    ["two, that turn calls away when exhausted", { credentials: ["a", "b"], on_exhausted: "reject" }],
    ["two, that rest longer than a timer holds", { credentials: ["a", "b"], failback: { timeout: "60d", max: "90d" } }],
  ])("finds nothing in the machines themselves, with %s", (_, config) => {
    expect(verify(config, few)).toMatchObject({ holds: true });
  });

  it("tells what it checked, and how far", () => {
    const { checked, cover, product } = verify({ credentials: ["a", "b", "c", "d"] }, few);

    expect(checked.map(({ name }) => name)).toEqual(
      expect.arrayContaining(Array.from({ length: 14 }, (_, index) => `I${index + 1}`)),
    );
    expect(cover).toMatchObject({ credentials: 4 });
    expect(cover.states).toBeGreaterThan(100);
    expect(product).toMatchObject({ credentials: 3, calls: 2, isClosed: false });
    expect(product.transitions).toBeGreaterThanOrEqual(few.transitions);
  });

  it("breaks a rule of one's own by the shortest way, and tells it as a story and a scenario that does the same", async () => {
    const name = "a call tries one credential";
    const holds = ({ calls }: VerifiedState) => calls.every(({ tried }) => tried.length < 2);
    const { counterexample } = verify({ credentials: ["main", "spare"] }, { ...few, invariants: [{ name, holds }] });

    expect(counterexample).toMatchObject({ invariant: name, says: name });
    expect(counterexample?.story).toEqual([
      "call-1 begins; its turn is on main",
      "call-1 is answered: auth; spare serves now (epoch 1); call-1 goes on to spare",
    ]);
    const { steps } = await simulate(counterexample?.scenario);
    expect(steps).toMatchObject([
      { in_flight: "main", active: "main" },
      { in_flight: "spare", active: "spare", epoch: 1 },
    ]);
  });

  it("shows a rule of one's own the way that led to a state", () => {
    const lengths = new Set<number>();
    verify(
      { credentials: ["a", "b"] },
      {
        transitions: 2_000,
        invariants: [
          {
            name: "each step follows from the one before",
            holds: ({ epoch }, history) => {
              lengths.add(history.length);
              return (history.at(-1)?.state.epoch ?? 0) === epoch;
            },
          },
        ],
      },
    );
    expect([...lengths]).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  it("asks a rule of one's own about the start, too", () => {
    const invariants = [
      { name: "somebody has called", holds: (_: VerifiedState, history: readonly unknown[]) => history.length > 0 },
    ];
    const { holds, counterexample } = verify({ credentials: ["a", "b"] }, { ...few, invariants });

    expect(holds).toBe(false);
    expect(counterexample).toMatchObject({ invariant: "somebody has called", story: [] });
  });

  it.each([
    ["a promise", async () => false, "an object"],
    ["nothing", () => undefined, "nothing"],
    ["a number", () => 1, "1"],
  ])("refuses a rule of one's own whose answer is %s: it would hold whatever happens", (_, holds: unknown, found) => {
    const rule = { name: "mine", holds: holds as () => boolean };
    expect(() => verify({ credentials: ["a"] }, { ...few, invariants: [rule] })).toThrow(
      `invariants: "mine": found a rule that returns ${found}, not true or false, wanted one that answers`,
    );
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses %s acts: nothing would be checked, or for ever",
    (transitions) => {
      expect(() => verify({ credentials: ["a"] }, { transitions })).toThrow(
        `transitions: found ${transitions}, wanted a whole number from 1`,
      );
    },
  );

  it.each(faults.filter(({ count }) => count === 2).slice(0, 12))(
    "writes scenarios that take the real engine where the story says: $name",
    async ({ requests = 2, into }) => {
      const config = { credentials: ["key-0", "key-1"], failback: { requests } };
      const model = exploredModel("m", parseConfigOf(config));
      const { counterexample } = verifyModel(model, { transitions: 30_000 }, (each) => into(realSubject(each)));
      if (counterexample?.scenario === undefined) return expect(counterexample?.lacks).toMatch(/^an? /u);

      const report: ScenarioReport = await simulate(counterexample.scenario);
      expect(report.steps).toHaveLength(counterexample.story.length);
      // All but the last step, in which the fault shows, are the healthy machine's.
      const epochs = counterexample.story.map((line) => /\(epoch (\d+)\)(?!.*\(epoch)/u.exec(line)?.[1]);
      for (const [index, epoch] of epochs.slice(0, -1).entries()) {
        if (epoch !== undefined) expect(report.steps[index]?.epoch, counterexample.story[index]).toBe(Number(epoch));
      }
    },
  );

  it("says where a configuration is wrong", () => {
    expect(() => verify({ credentials: [] })).toThrow(ConfigError);
  });
});

function parseConfigOf(model: object) {
  const { models } = parseConfig(
    {
      models: {
        m: {
          api: "any",
          ...model,
          credentials: ["key-0", "key-1"].map((id) => ({ id, provider: "openai", api_key: "planted" })),
        },
      },
    },
    { env },
  );
  return models["m"] as NonNullable<(typeof models)["m"]>;
}
