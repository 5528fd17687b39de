import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AllCredentialsFailedError,
  type AttemptEvent,
  createModel,
  failureOf,
  KeyUnavailableError,
  type Model,
  type ModelConfigInput,
} from "../../src/index.ts";
import { createFakeProvider } from "../../src/testing/index.ts";

const root = mkdtempSync(join(tmpdir(), "keyswitch-"));
const running: Model[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(root, "run-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((model) => model.close()));
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

type CredentialInput = ModelConfigInput["credentials"][number];

const modelOf = (...credentials: CredentialInput[]): Model => {
  const model = createModel({ api: "any", credentials });
  running.push(model);
  return model;
};
const script = (text: string, ttl = "10m"): { command: string[]; ttl: string } => ({
  command: [
    process.execPath,
    "-e",
    `const fs = require("node:fs"); fs.appendFileSync("${directory}/runs", "x"); ${text}`,
  ],
  ttl,
});
const runs = (): number => (existsSync(join(directory, "runs")) ? readFileSync(join(directory, "runs")).length : 0);
const askWithKey = (model: Model): Promise<string> =>
  model.call(({ credential }) => `${credential.id} ${credential.apiKey.reveal()}`);

describe("a call whose credential's key comes from a command", () => {
  it("waits for the first key, then goes out with it", async () => {
    const model = modelOf({ id: "a", api_key: script(`console.log("token")`) });

    expect(await askWithKey(model)).toBe("a token");
  });

  it("shares one run with all credentials, models and calls that have the same command", async () => {
    const api_key = script(`console.log("token")`);
    const [one, other] = [modelOf({ id: "a", api_key }, { id: "b", api_key }), modelOf({ id: "c", api_key })];
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => askWithKey(one)),
      ...Array.from({ length: 10 }, () => askWithKey(other)),
    ]);

    expect([...new Set(answers)]).toEqual(["a token", "c token"]);
    expect(runs()).toBe(1);
  });

  it("goes on to the next credential as on a refused key, when the command fails", async () => {
    const model = modelOf({ id: "a", api_key: script("process.exit(3)") }, { id: "b", api_key: "sk-b" });
    const attempts: AttemptEvent[] = [];
    model.on("attempt", (event) => attempts.push(event));

    expect(await askWithKey(model)).toBe("b sk-b");
    expect(attempts).toMatchObject([
      { credential: "a", outcome: "auth", rule: "key.command" },
      { credential: "b", outcome: "ok" },
    ]);
    expect(model.active()).toBe("b");
  });

  it("does not keep other calls waiting while the command hangs", async () => {
    const model = modelOf({ id: "a", api_key: script("setInterval(() => {}, 9)") }, { id: "b", api_key: "sk-b" });
    const first = askWithKey(model);
    const other = modelOf({ id: "b", api_key: "sk-b" });

    expect(await askWithKey(other)).toBe("b sk-b");
    expect(await first).toBe("b sk-b");
    expect(model.snapshot().usage["a"]?.failures).toEqual({ auth: 1 });
  });

  it("gives up with its caller, and does not go out later", async () => {
    const model = modelOf({ id: "a", api_key: script(`setTimeout(() => console.log("token"), 300)`) });
    const controller = new AbortController();
    let isAsked = false;
    const answer = model.call(() => (isAsked = true), { signal: controller.signal });
    controller.abort(new Error("enough"));

    await expect(answer).rejects.toThrow("enough");
    await askWithKey(model);
    expect(isAsked).toBe(false);
  });

  it("rejects with what is wrong with the key where there is no other credential", async () => {
    const model = modelOf({ id: "a", api_key: script("process.exit(3)") });
    const error: unknown = await askWithKey(model).catch((error: unknown) => error);

    expect(error).toBeInstanceOf(KeyUnavailableError);
    expect((error as Error).message).toBe('The command "node" gives no key: it exited with 3');
    expect(failureOf(error)).toMatchObject({ model: "model", credential: "a", class: "auth" });
  });

  it("is auth over all where no key is to be had", async () => {
    const model = modelOf(
      { id: "a", api_key: script("process.exit(3)") },
      { id: "b", api_key: { command: ["/nowhere/print-token"], ttl: "1m" } },
    );
    const error: unknown = await askWithKey(model).catch((error: unknown) => error);

    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    expect(error).toMatchObject({ class: "auth", attempts: [{ credential: "a" }, { credential: "b" }] });
  });

  it("shows neither what the command printed nor its arguments", async () => {
    const model = modelOf(
      { id: "a", api_key: script(`console.error("sk-planted"); console.log("sk-planted\\nx")`) },
      { id: "b", api_key: { command: ["/nowhere/print-token", "sk-planted"], ttl: "1m" } },
    );
    const error: unknown = await askWithKey(model).catch((error: unknown) => error);
    const shown = [error, model.snapshot(), model.credentials, failureOf(error), model.actor.getPersistedSnapshot()];

    const texts = shown.flatMap((each) => [inspect(each, { depth: 20, showHidden: true }), JSON.stringify(each)]);
    expect(texts.join("\n")).not.toContain("planted");
  });
});

describe("a request whose credential's key changes", () => {
  it("goes out over HTTP with the key that its file has now, and never with the one that it had", async () => {
    const provider = await createFakeProvider();
    const file = join(directory, "key");
    writeFileSync(file, "sk-old");
    const model = createModel({
      model: "gpt",
      credentials: [{ id: "a", provider: "custom", api_base: `${provider.url}/v1`, api_key: { file } }],
    });
    running.push(model);
    const ask = async (): Promise<string | undefined> => {
      await model.fetch(`${model.baseURL}/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "gpt", messages: [] }),
      });
      return provider.requests.at(-1)?.headers["authorization"];
    };
    expect(await ask()).toBe("Bearer sk-old");

    writeFileSync(`${file}.new`, "sk-new\n");
    renameSync(`${file}.new`, file);

    await expect.poll(ask, { timeout: 10_000 }).toBe("Bearer sk-new");
    await provider.close();
  });
});

describe("a process", () => {
  it("ends although a command's key would be renewed", async () => {
    const { spawn } = await import("node:child_process");
    const api = new URL("../../src/index.ts", import.meta.url).href;
    const program = `
      import { createModel } from ${JSON.stringify(api)};
      const api_key = { command: [process.execPath, "-p", "'token'"], ttl: "2s" };
      const model = createModel({ api: "any", credentials: [{ api_key }] });
      console.log(await model.call(({ credential }) => credential.apiKey.reveal()));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const printed: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));

    expect([code, Buffer.concat(printed).toString()]).toEqual([0, "token\n"]);
  });
});
