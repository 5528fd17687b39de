import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { jsonLines, keyswitch, shell, watchedTerminal } from "./command-line.ts";

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join("\n");

describe("keyswitch classify", () => {
  it("answers each failure with class, rule and wait, in order", async () => {
    const { code, stdout, stderr } = await keyswitch(["classify"], {
      input: lines(
        { id: "a", provider: "openai", status: 429, body: { error: { code: "insufficient_quota" } } },
        { id: 2, status: 429, headers: { "retry-after": "20" } },
        { id: "c", code: "ECONNRESET", status: null, headers: null },
      ),
    });

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `${lines(
        { id: "a", class: "quota_exceeded", rule: "openai.code.insufficient_quota", retry_after_ms: null },
        { id: 2, class: "transient", rule: "status.429", retry_after_ms: 20_000 },
        { id: "c", class: "transient", rule: "transport.ECONNRESET", retry_after_ms: null },
      )}\n`,
    );
  });

  it("answers a bad line with its number, goes on, and ends with 1; nothing of the line is repeated", async () => {
    const { code, stdout, stderr } = await keyswitch(["classify"], {
      input: [
        '\uFEFF{"id":1}\r',
        "",
        "sk-planted is not JSON",
        "[]",
        '"sk-planted"',
        '{"status":429}',
        '{"id":1,"status":"sk-planted-429"}',
        '{"id":1,"headers":"sk-planted"}',
        '{"id":{"sk-planted":1}}',
        '{"id":1,"code":["sk-planted"]}',
        '{"id":2}',
      ].join("\n"),
    });

    expect([code, stderr]).toEqual([1, ""]);
    expect(jsonLines(stdout).map((answer) => answer["id"] ?? answer["line"])).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 2]);
    expect(stdout).toContain('{"line":3,"error":"found a text that is not JSON, wanted JSON"}');
    expect(stdout).toContain('{"line":6,"error":"id: found nothing, wanted a text or a number"}');
    expect(stdout).not.toContain("planted");
  });

  it("takes lines of 10 MB, nesting without end, and bytes that are no text, and still answers the next", async () => {
    const { code, stdout, stderr } = await keyswitch(["classify"], {
      input: Buffer.concat([
        Buffer.from(`{"id":"large","status":402,"body":"${"x".repeat(10_000_000)}"}\n`),
        Buffer.from(`{"id":"deep","body":${"[".repeat(3_000_000)}${"]".repeat(3_000_000)}}\n`),
        Buffer.from(`{"id":"torn","body":${"[".repeat(100_000)}\n`),
        Buffer.from(`{"id":"nested","status":401,"body":${'{"error":'.repeat(5_000)}1${"}".repeat(5_000)}}\n`),
        Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x0a, 0x00, 0x0a]),
        Buffer.from('{"id":"last","status":401}'),
      ]),
    });

    expect([code, stderr]).toEqual([1, ""]);
    expect(jsonLines(stdout).map((answer) => answer["class"] ?? answer["error"])).toEqual([
      "quota_exceeded",
      "found more than 10000 levels of nesting, wanted fewer",
      "found more than 10000 levels of nesting, wanted fewer",
      "auth",
      "found bytes that are not UTF-8, wanted a text in UTF-8",
      "found a text that is not JSON, wanted JSON",
      "auth",
    ]);
  });

  it("answers nothing to nothing", async () => {
    expect(await keyswitch(["classify"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("says that it cannot read a directory", async () => {
    const { code, stdout, stderr } = await shell("keyswitch classify < /");

    expect([code, stdout, stderr]).toEqual([2, "", "keyswitch: cannot read input (EISDIR)\n"]);
  });

  it("ends quietly when its reader leaves early", async () => {
    const { code, stdout, stderr } = await shell(`yes '{"id":1,"status":401}' | keyswitch classify | head -n 2`);

    expect([code, stderr]).toEqual([0, ""]);
    expect(jsonLines(stdout)).toHaveLength(2);
  });

  it("says on a terminal what it waits for, and answers in words, or in JSON if told so", async () => {
    const input = `{"id":"a\u001B[2J","status":429,"headers":{"retry-after":"20"}}\nno\n`;
    const [words, json] = [watchedTerminal(input), watchedTerminal(input)];

    expect(await run(["classify"], words)).toBe(1);
    expect(await run(["classify", "--json"], json)).toBe(1);

    expect(words.complaints()).toMatch(/^Waiting for failures/);
    expect(words.shown()).toMatch(/^line 1: /);
    expect(words.shown()).toMatch(/line 2: found a text that is not JSON/);
    expect(jsonLines(json.shown())).toHaveLength(2);
  });

  it("lets no control character of a failure reach the terminal", async () => {
    const terminal = watchedTerminal('{"id":"a\\u001b[2J","status":429}');

    await run(["classify"], terminal);

    expect(terminal.shown()).toBe("a�[2J         transient        status.429\n");
  });
});
