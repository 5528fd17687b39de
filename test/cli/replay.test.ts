import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { createGateway } from "../../src/gateway/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider, failures } from "../../src/testing/index.ts";
import { jsonLines, keyswitch, type MemoryTerminal, pipedTerminal } from "./command-line.ts";

const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};

let config: string;
let log: string;
let events: string;

/** A key of a real gateway dies and recovers, while somebody reads its events. */
beforeAll(async () => {
  await using upstream = await createFakeProvider({ labels: { "sk-planted-a": "a", "sk-planted-b": "b" } });
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "openai",
    api_key: `sk-planted-${id}`,
    api_base: upstream.baseURL,
  }));
  const chat = { model: "m", credentials, failback: { requests: 3, min_interval: 0 }, retry: { max_retries: 0 } };
  const settings = { models: { chat }, gateway: { port: 0 } };
  const lines: string[] = [];
  const gateway = createGateway(settings, {
    logger: createLogger({ destination: { write: (line: string) => lines.push(line) } }),
  });
  const { url } = await gateway.listen();
  const feed = await fetch(`${url}/admin/events`);
  const sent = feed.text();
  const ask = async (): Promise<void> => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: '{"model":"chat","messages":[]}',
    });
    await answer.text();
  };

  upstream.script("sk-planted-a", failures.openai.invalidKey, failures.openai.invalidKey);
  for (let each = 0; each < 12; each += 1) await ask();
  await gateway.close();

  config = file("keyswitch.yaml", JSON.stringify(settings));
  log = file("gateway.log", lines.join(""));
  events = file("events.txt", await sent);
});

const replay = async (...args: readonly string[]): Promise<MemoryTerminal & { readonly code: number }> => {
  const terminal = pipedTerminal();
  const code = await run(["replay", ...args, "--config", config], terminal);
  return { ...terminal, code };
};

describe("keyswitch replay", () => {
  it("tells what a gateway's log recorded, and that the machine does the same", async () => {
    const { code, shown, complaints } = await replay(log);

    expect([code, complaints()]).toEqual([0, ""]);
    const words = shown()
      .replaceAll(/line \d+ {2}[\d:.]{12}/g, "at")
      .replaceAll(/call \w+-\w+/g, "call x");
    expect(words.split("\n")).toEqual([
      "at  chat  AUTH of a (call x): a → b, epoch 1",
      "at  chat  SUCCESS of b (call x): b, probing a, epoch 1",
      "at  chat  PROBE (call x): b, probing a, epoch 1",
      "at  chat  AUTH of a (call x): b, epoch 1",
      "at  chat  SUCCESS of b (call x): b, probing a, epoch 1",
      "at  chat  PROBE (call x): b, probing a, epoch 1",
      "at  chat  SUCCESS of a (call x): b → a, epoch 2",
      "",
      "7 changes of 1 model as recorded, none otherwise.",
      expect.stringMatching(/^Taken up as the log has it: 1 time\. Other lines: \d+\.$/),
      "",
    ]);
    expect(shown()).not.toContain("planted");
  });

  it("reads what GET /admin/events sent, also from standard input, and prints an object as JSON", async () => {
    const { code, shown } = await replay(events, "--json");
    const piped = await keyswitch(["replay", "-", "--config", config], {
      input: readFileSync(events),
    });

    expect(code).toBe(0);
    expect(jsonLines(shown())).toMatchObject([{ takenUp: 1, replayed: { length: 7 } }]);
    expect([piped.code, piped.stderr]).toEqual([0, ""]);
    expect(piped.stdout).toContain("7 changes of 1 model as recorded, none otherwise.");
  });

  it("prints the incident as a scenario that goes the same way", async () => {
    const { code, shown, complaints } = await replay(log, "--scenario");
    const again = pipedTerminal(shown());

    expect([code, complaints()]).toEqual([0, ""]);
    expect(await run(["simulate"], again)).toBe(0);
    const [{ steps = [] } = {}] = jsonLines(again.shown()) as readonly { steps?: readonly { active: string }[] }[];
    expect(steps.at(-1)).toMatchObject({ active: "a", epoch: 2 });
    expect(shown()).not.toMatch(/planted|127\.0\.0\.1/);
  });

  it("exits with 1 at the first divergence, and says what is otherwise", async () => {
    const other = file("other.yaml", readFileSync(config, "utf8").replace('"requests":3', '"requests":50'));
    const terminal = pipedTerminal();

    expect(await run(["replay", log, "--config", other], terminal)).toBe(1);

    expect(terminal.shown()).toMatch(
      /\nline \d+: chat, SUCCESS of b \(call \S+\): the machine does something else\.\n {2}probe\.credential: recorded a, the machine none\n/,
    );
    expect(terminal.shown()).toContain("1 change of 1 model as recorded, 1 otherwise.");
  });

  it.each([
    ["no log", () => [], "LOG: found nothing, wanted a file, or - for standard input"],
    [
      "a log that is not there",
      () => [join(directory, "missing")],
      `keyswitch replay: ${join(directory, "missing")}: found what cannot be read (ENOENT), wanted a readable file`,
    ],
    [
      "a log that is none",
      () => [file("not.log", "hello\n")],
      "line 1: found a text that is not JSON, wanted an entry of a log",
    ],
    [
      "a log without a change",
      () => [file("no-change.log", '{"event":"listening"}\n')],
      "log: found no change of a model's machine",
    ],
    ["a log that begins late, as a scenario", () => [lateLog(), "--scenario"], "--scenario: found no start of a model"],
  ])("exits with 2 for %s", async (_, args, complaint) => {
    const { code, complaints } = await replay(...args());

    expect(code).toBe(2);
    expect(complaints()).toContain(complaint);
    expect(complaints()).not.toContain("at Object");
  });
});

function lateLog(): string {
  const state = { at: 5, home: "b", probe: null, epoch: 1, served: 0, servingSince: 5, ledByProbe: false, slots: {} };
  const change = { event: "change", model: "chat", change: 9, told: { type: "DISABLE", credential: "b" } };
  const after = { ...state, home: null, epoch: 2, slots: { b: { disabled: true } } };
  return file("late.log", JSON.stringify({ ...change, before: state, after }));
}
