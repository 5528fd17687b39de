import { describe, expect, it, onTestFinished } from "vitest";
import {
  type CallOptions,
  classify,
  createModel,
  failureOf,
  type Model,
  type StreamOptions,
  UsageError,
} from "../src/index.ts";

function started(): Model {
  const model = createModel({
    api: "any",
    credentials: [
      { id: "first", api_key: "sk-a" },
      { id: "second", api_key: "sk-b" },
    ],
  });
  onTestFinished(() => model.close());
  return model;
}

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

/** Neither has failed: no credential rests, and the first one serves. */
function expectUntouched(model: Model): void {
  expect(model.snapshot()).toMatchObject({ active: "first", epoch: 0, cooldowns: {} });
}

describe("what is no function", () => {
  it.each([undefined, null, "ask", {}, Promise.resolve("answer")])("is refused as a call: %j", async (attempt) => {
    const model = started();

    const error = await thrownBy(() => model.call(attempt as never));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ path: "attempt", wanted: "a function that makes one attempt" });
    expect(model.snapshot().usage["first"]).toMatchObject({ attempts: 0 });
    expectUntouched(model);
  });

  it.each([undefined, null, "open", {}])("is refused as a stream: %j", async (open) => {
    const model = started();

    const error = await thrownBy(() => model.stream(open as never).next());

    expect(error).toMatchObject({ name: "UsageError", path: "open" });
    expectUntouched(model);
  });
});

describe("a function that opens no stream", () => {
  it.each([undefined, null, 7, "text", {}, new Set(["item"])])(
    "fails at once, and rests no credential: %j",
    async (opened) => {
      const model = started();
      let attempts = 0;

      const error = await thrownBy(() =>
        model
          .stream(() => {
            attempts += 1;
            return opened as never;
          })
          .next(),
      );

      expect(error).toMatchObject({
        name: "UsageError",
        path: "open",
        wanted: expect.stringContaining("async iterable"),
      });
      expect(failureOf(error)).toMatchObject({ class: "permanent", credential: "first" });
      expect(attempts).toBe(1);
      expectUntouched(model);
    },
  );
});

describe("an option that says nothing", () => {
  it.each<[unknown, string, string]>([
    [null, "options", "null"],
    ["30s", "options", '"30s"'],
    [{ signal: null }, "signal", "null"],
    [{ signal: {} }, "signal", "an object"],
    [{ signal: new AbortController() }, "signal", "an object"],
    [{ deadline: "soon" }, "deadline", '"soon"'],
    [{ deadline: -1 }, "deadline", "-1"],
    [{ deadline: null }, "deadline", "null"],
    [{ capabilities: "vision" }, "capabilities", '"vision"'],
    [{ capabilities: [5] }, "capabilities", "a list of 1"],
  ])("is refused by call and stream: %j", async (options, path, found) => {
    const model = started();

    const errors = [
      await thrownBy(() => model.call(() => "answer", options as CallOptions)),
      await thrownBy(() => model.stream(async function* () {}, options as StreamOptions<never>).next()),
    ];

    for (const error of errors) {
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ path, found });
    }
    expectUntouched(model);
  });

  it("is refused where it should be a function", async () => {
    const options = { carriesOutput: true } as unknown as StreamOptions<never>;

    const error = await thrownBy(() =>
      started()
        .stream(async function* () {}, options)
        .next(),
    );

    expect(error).toMatchObject({ name: "UsageError", path: "carriesOutput", found: "true" });
  });

  it("is not one that is left out", async () => {
    const options = { signal: undefined, deadline: undefined, capabilities: undefined };

    expect(await started().call(() => "answer", options)).toBe("answer");
  });
});

function namesTooEarly(): number {
  const read = (): number => later;
  const early = read();
  const later = 1;
  return early + later;
}

describe("a bug in the caller's own function", () => {
  it("is told by classify as by a call", () => {
    const misuse = new UsageError({ path: "open", found: "null", wanted: "a function" });

    expect(classify(misuse)).toEqual({ class: "permanent", rule: "usage" });
    expect(classify(new ReferenceError("key is not defined"))).toEqual({ class: "permanent", rule: "bug" });
    expect(classify(new TypeError("client.ask is not a function"))).toEqual({ class: "permanent", rule: "bug" });
    expect(classify(new TypeError("answer.data.map is not a function")).class).toBe("unknown");
    expect(classify(Object.assign(new ReferenceError("no such model"), { status: 401 })).class).toBe("auth");
  });

  it.each<[string, () => unknown]>([
    ["a name that does not exist", namesTooEarly],
    ["a call of what is no function", () => ({} as { ask: () => void }).ask()],
    ["a new of what is no class", () => new ({} as { Client: new () => unknown }).Client()],
  ])("fails at once with its own error, and rests no credential: %s", async (_, bug) => {
    const model = started();
    let attempts = 0;

    const error = await thrownBy(() =>
      model.call(() => {
        attempts += 1;
        return bug();
      }),
    );

    expect(error).not.toBeInstanceOf(AggregateError);
    expect(failureOf(error)).toMatchObject({ class: "permanent", rule: "bug" });
    expect(attempts).toBe(1);
    expectUntouched(model);
  });

  it.each<[string, () => unknown]>([
    ["an answer that has not the shape it counts on", () => (JSON.parse("{}") as { choices: string[] }).choices[0]],
    ["a list that is none in the answer", () => (JSON.parse('{"data":{}}') as { data: string[] }).data.map(String)],
    ["a fetch that failed", () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect") }))],
    ["an error that says nothing", () => Promise.reject(new TypeError("no luck"))],
  ])("is not %s: another credential may answer well", async (_, fail) => {
    const model = started();

    const answer = await model.call(({ credential }) => (credential.id === "first" ? fail() : "answer"));

    expect(answer).toBe("answer");
    expect(model.active()).toBe("second");
  });
});

describe("a listener", () => {
  it.each<readonly [event: unknown, listener: unknown, complaint: RegExp]>([
    ["fail-over", () => undefined, /^event: found "fail-over", wanted one of failover, failback, /],
    [undefined, () => undefined, /^event: found nothing, wanted one of /],
    ["failover", undefined, /^listener: found nothing, wanted a function of an event$/],
  ])("that would never hear of anything is refused: %s, %o", (event, listener, complaint) => {
    const model = started();

    expect(() => model.on(event as never, listener as never)).toThrow(complaint);
    expect(() => model.on(event as never, listener as never)).toThrow(UsageError);
  });
});
