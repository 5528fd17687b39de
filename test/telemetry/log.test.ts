import { describe, expect, it } from "vitest";
import { AllCredentialsFailedError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { createLogger, logMoves, type LoggerOptions } from "../../src/telemetry/log.ts";
import { plantedKey, Refusal, scriptedModel, upstreamText } from "./scripted-model.ts";

/** A logger, and what it has written. */
function writtenBy(options: LoggerOptions = {}) {
  const written: string[] = [];
  const logger = createLogger({ ...options, destination: { write: (line) => void written.push(line) } });
  return {
    logger,
    text: () => written.join(""),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe("a logger", () => {
  it("writes a line of JSON with its level by name and its time in ISO 8601", () => {
    const { logger, lines } = writtenBy();

    logger.info({ port: 8787 }, "listening");

    expect(lines()).toEqual([expect.objectContaining({ level: "info", port: 8787, msg: "listening" })]);
    expect(lines()[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("writes nothing below its level", () => {
    const { logger, text } = writtenBy({ level: "warn" });

    logger.info("too quiet");

    expect(text()).toBe("");
  });

  it.each([
    ["a secret", { key: Secret.of(plantedKey) }],
    ["an authorization header", { headers: { Authorization: `Bearer ${plantedKey}` } }],
    ["x-api-key", { headers: { "x-api-key": plantedKey } }],
    ["api-key", { headers: { "api-key": plantedKey } }],
    ["x-goog-api-key", { request: { headers: { "X-Goog-Api-Key": [plantedKey] } } }],
    ["a cookie", { headers: { cookie: `session=${plantedKey}`, "set-cookie": [plantedKey] } }],
    ["a key in a URL's query", { url: `https://upstream.example/v1beta/models?alt=sse&key=${plantedKey}` }],
    ["a URL object", { url: new URL(`https://upstream.example/?api_key=${plantedKey}`) }],
    ["a bearer token in a sentence", { note: `sent Bearer ${plantedKey}.` }],
    ["raw headers", { rawHeaders: ["authorization", `Bearer ${plantedKey}`] }],
    ["a body", { body: { messages: [plantedKey] } }],
    ["bytes", { chunk: Buffer.from(plantedKey) }],
    ["a foreign error", { err: new Error(upstreamText) }],
    ["a foreign error's code", { err: Object.assign(new Error("no"), { code: upstreamText }) }],
    ["a foreign error's cause", { err: new Error("no", { cause: new Error(upstreamText) }) }],
    ["an error in any field", { reason: new Refusal({ class: "auth" }) }],
    ["an error of ours over foreign ones", { err: allFailed() }],
  ])("does not show %s", (_, fields) => {
    const { logger, text } = writtenBy();

    logger.error(fields);
    logger.error(fields, "with words");
    logger.child(fields).error("as a child");
    logger.child({}).child(fields).error("as a child's child");

    expect(text()).not.toContain(plantedKey);
    expect(text()).not.toContain(Buffer.from(plantedKey).join(","));
    expect(text()).not.toContain("Incorrect API key");
  });

  it("does not show a bare foreign error's text, but its name and where it happened", () => {
    const { logger, lines, text } = writtenBy();

    logger.error(new TypeError(upstreamText));

    expect(text()).not.toContain(plantedKey);
    expect(lines()[0]).toMatchObject({ msg: "TypeError", err: { type: "TypeError" } });
    expect(JSON.stringify(lines()[0]?.["err"])).toContain("log.test.ts");
  });

  it("does not show a key in its words, or in what they quote", () => {
    const { logger, text } = writtenBy();

    logger.warn(`GET /?key=${plantedKey} failed`);
    logger.warn("GET %s failed", `/?key=${plantedKey}`);

    expect(text()).not.toContain(plantedKey);
  });

  it("shows our own errors' words and codes", () => {
    const { logger, lines } = writtenBy();

    logger.error(allFailed());

    expect(lines()[0]).toMatchObject({
      msg: "AllCredentialsFailedError",
      err: { code: "KS_ERR_ALL_CREDENTIALS_FAILED", message: expect.stringContaining("primary auth 401") as string },
    });
  });

  it("keeps what its children add to their lines", () => {
    const { logger, lines } = writtenBy();

    logger.child({ model: "chat" }).child({ call: "c1" }).info("hello");

    expect(lines()[0]).toMatchObject({ model: "chat", call: "c1", msg: "hello" });
  });

  it("ends on an object that holds itself", () => {
    const { logger, lines } = writtenBy();
    const ring: Record<string, unknown> = { name: "ring" };
    ring["itself"] = ring;

    logger.info({ ring });

    expect(lines()[0]).toMatchObject({ ring: { name: "ring" } });
  });
});

describe("the log of a model", () => {
  it("has one line a move, and the machine's change before it, with cause, from, to, epoch, rule and call", async () => {
    const model = scriptedModel("chat");
    const { logger, lines } = writtenBy();
    logMoves([model], logger);

    await model.call({ primary: [{ fails: { class: "auth", rule: "openai.code.invalid_api_key", status: 401 } }] });

    expect(lines()).toEqual([
      expect.objectContaining({ level: "info", event: "change", change: 1, msg: "change 1: chat AUTH" }),
      expect.objectContaining({
        level: "warn",
        event: "failover",
        model: "chat",
        from: "primary",
        to: "azure-east",
        cause: "auth",
        rule: "openai.code.invalid_api_key",
        epoch: 1,
        call: expect.any(String) as string,
        msg: "failover: chat primary -> azure-east (auth)",
      }),
    ]);
  });

  it("tells a probe that proved its credential, and the failback, at info", async () => {
    const model = scriptedModel("chat");
    const { logger, lines } = writtenBy();
    logMoves([model], logger);
    await model.call({ primary: [{ fails: { class: "auth" } }] });
    await model.pass(600_000);

    await model.call();

    expect(lines().map(({ level, msg }) => [level, msg])).toEqual([
      ["info", "change 1: chat AUTH"],
      ["warn", "failover: chat primary -> azure-east (auth)"],
      ["info", "change 2: chat timer"],
      ["info", "change 3: chat PROBE"],
      ["info", "change 4: chat SUCCESS"],
      ["info", "probe proved: chat primary"],
      ["info", "failback: chat azure-east -> primary (success)"],
    ]);
  });

  it("leaves evidence that moves nothing to who debugs: it comes with every call while all credentials fail", async () => {
    const model = scriptedModel("chat");
    const [info, debug] = [writtenBy(), writtenBy({ level: "debug" })];
    logMoves([model], info.logger);
    logMoves([model], debug.logger);
    const allFail = { primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "auth" } }] } as const;

    await model.call(allFail);
    await model.call(allFail);

    const changesIn = ({ lines }: typeof info) => lines().filter(({ event }) => event === "change");
    expect(changesIn(info)).toHaveLength(2);
    expect(changesIn(debug)).toHaveLength(4);
  });

  it("has a failed call's trail: credential, class, rule, status, time", async () => {
    const model = scriptedModel("chat");
    const { logger, lines } = writtenBy();
    logMoves([model], logger);

    await model.call({
      primary: [{ takesMs: 120, fails: { class: "auth", rule: "status.401", status: 401 } }],
      "azure-east": [{ takesMs: 40, fails: { class: "transient", rule: "status.503", status: 503 } }],
    });

    expect(lines().at(-1)).toMatchObject({
      level: "error",
      event: "call",
      result: "all_failed",
      attempts: 2,
      durationMs: 160,
      trail: [
        { credential: "primary", outcome: "auth", rule: "status.401", status: 401, durationMs: 120 },
        { credential: "azure-east", outcome: "transient", rule: "status.503", status: 503, durationMs: 40 },
      ],
      msg: "call all_failed: chat [primary auth status.401 401 120ms > azure-east transient status.503 503 40ms]",
    });
  });

  it("names the credential that a deadline cut off", async () => {
    const model = scriptedModel("chat");
    const { logger, lines } = writtenBy();
    logMoves([model], logger);

    await model.call({ primary: [{ takesMs: 50_000 }] }, { deadlineMs: 1_000 });

    expect(lines()).toMatchObject([{ level: "warn", msg: "call timed_out: chat [primary timed_out]" }]);
  });

  it.each([
    ["served", "debug", { primary: [{ fails: { class: "auth" } }] }],
    ["failed_fast", "info", { primary: [{ fails: { class: "permanent" } }] }],
  ] as const)("tells of a call that was %s after a failure at %s", async (result, level, script) => {
    const model = scriptedModel("chat");
    const { logger, lines } = writtenBy({ level: "debug" });
    logMoves([model], logger);

    await model.call(script);

    expect(lines().filter(({ event }) => event === "call")).toMatchObject([{ level, result }]);
  });

  it("has no line for a call that the first credential served", async () => {
    const model = scriptedModel("chat");
    const { logger, text } = writtenBy({ level: "trace" });
    logMoves([model], logger);

    await model.call();

    expect(text()).toBe("");
  });

  it("shows no key and no word of an upstream's", async () => {
    const model = scriptedModel("chat");
    const { logger, text } = writtenBy({ level: "trace" });
    logMoves([model], logger);

    await model.call({ primary: [{ fails: { class: "auth" } }], "azure-east": [{ fails: { class: "unknown" } }] });
    await model.stream({ primary: [{ failsLate: { class: "auth" } }] });

    expect(text()).toContain("all_failed");
    expect(text()).not.toContain(plantedKey);
    expect(text()).not.toContain("Incorrect API key");
  });

  it("ends when it is stopped", async () => {
    const model = scriptedModel("chat");
    const { logger, text } = writtenBy();
    logMoves([model], logger)();

    await model.call({ primary: [{ fails: { class: "auth" } }] });

    expect(text()).toBe("");
  });
});

function allFailed(): AllCredentialsFailedError {
  const error = new Error(upstreamText);
  const attempt = { credential: "primary", class: "auth", index: 1, error, status: 401, durationMs: 3 } as const;
  return new AllCredentialsFailedError({ model: "chat", attempts: [attempt], retryAfterMs: 0 });
}
