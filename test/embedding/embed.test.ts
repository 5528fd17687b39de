import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeyswitch, type EmbedProgress } from "../../src/index.ts";
import {
  all,
  dimension,
  invalidKey,
  keyOf,
  numberOf,
  openaiAnswer,
  openModel,
  overloaded,
  startProvider,
  texts,
  vectorOf,
} from "./provider.ts";

describe("what embed gives", () => {
  it("gives one vector for one text, and one for each text of a list, in its order", async () => {
    const { url } = await startProvider(openaiAnswer);
    const model = openModel(url, { batch_size: 3 });

    const vectors = await model.embed(texts(10));

    expect(await model.embed("text 7")).toEqual(Float32Array.from(vectorOf("7")));
    expect(vectors.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await model.embed([])).toEqual([]);
  });

  it.each(["float", "base64"] as const)("reads vectors that travel as %s", async (encoding_format) => {
    const { url, arrivals } = await startProvider(openaiAnswer);
    const model = openModel(url, { encoding_format });

    const [vector] = await model.embed(["text 5"]);

    expect(vector).toEqual(Float32Array.from(vectorOf("5")));
    expect(arrivals[0]?.body["encoding_format"]).toBe(encoding_format);
  });

  it("gives each vector memory of its own, so that one does not keep a whole answer alive", async () => {
    const { url } = await startProvider(openaiAnswer);

    const vectors = await openModel(url).embed(texts(3));

    expect(vectors.map(({ buffer, byteOffset }) => [buffer.byteLength, byteOffset])).toEqual([
      [dimension * 4, 0],
      [dimension * 4, 0],
      [dimension * 4, 0],
    ]);
  });

  it("goes by an answer's indexes where its vectors come in another order", async () => {
    const { url } = await startProvider((arrival) => {
      const { data, ...rest } = (openaiAnswer(arrival) as { body: { data: unknown[] } }).body;
      return { body: { ...rest, data: data.toReversed() } };
    });

    const vectors = await openModel(url).embed(texts(5));

    expect(vectors.map(numberOf)).toEqual([0, 1, 2, 3, 4]);
  });

  it("tells how far it has come after each batch", async () => {
    const { url } = await startProvider(openaiAnswer);
    const model = openModel(url, { batch_size: 4 });
    const told: EmbedProgress[] = [];
    const onProgress = (progress: EmbedProgress) => told.push(progress);

    await model.embed(texts(10), { onProgress });
    await all(model.embed(stream(texts(4)), { onProgress }));

    expect(told).toEqual([
      { embedded: 4, total: 10 },
      { embedded: 8, total: 10 },
      { embedded: 10, total: 10 },
      { embedded: 4, total: undefined },
    ]);
  });
});

describe("batches", () => {
  it.each([
    { batch_size: 7, count: 20, sizes: [7, 7, 6], says: "of the configuration's size" },
    { batch_size: 5000, count: 2100, sizes: [2048, 52], says: "no larger than the provider takes" },
  ])("are $says", async ({ batch_size, count, sizes }) => {
    const { url, arrivals } = await startProvider(openaiAnswer);

    await openModel(url, { batch_size }).embed(texts(count), { concurrency: 1 });

    expect(arrivals.map((arrival) => arrival.texts.length)).toEqual(sizes);
  });

  it("hold no more text than the provider takes tokens, and an input that alone is longer goes alone", async () => {
    const { url, arrivals } = await startProvider(openaiAnswer);
    const long = (characters: number): string => "ü".repeat(characters / 2);

    await openModel(url).embed([long(200_000), long(100_000), "text 1", long(400_000), "text 2"], { concurrency: 1 });

    expect(arrivals.map((arrival) => arrival.texts.length)).toEqual([2, 1, 1, 1]);
  });

  it("fit every credential, so that any of them can take over", async () => {
    const { url, arrivals } = await startProvider(openaiAnswer);
    const credentials = [
      { provider: "openai", api_base: `${url}/v1`, api_key: "k" },
      { provider: "dashscope", api_base: url, api_key: "k" },
    ];

    await openModel(url, { credentials }).embed(texts(25), { concurrency: 1 });

    expect(arrivals.map((arrival) => arrival.texts.length)).toEqual([10, 10, 5]);
  });

  it("run side by side, as many as are asked for and no more", async () => {
    let running = 0;
    let most = 0;
    const { url } = await startProvider(async (arrival) => {
      most = Math.max(most, (running += 1));
      await setTimeout(5);
      running -= 1;
      return openaiAnswer(arrival);
    });

    await openModel(url, { batch_size: 1 }).embed(texts(20), { concurrency: 3 });

    expect(most).toBe(3);
  });
});

async function* stream(items: readonly string[]): AsyncGenerator<string> {
  yield* items;
}

describe("an async iterable", () => {
  it("is embedded in its order, however long each batch takes", async () => {
    const { url } = await startProvider(async (arrival, index) => {
      await setTimeout(index % 2 === 0 ? 15 : 0);
      return openaiAnswer(arrival);
    });

    const vectors = await all(openModel(url, { batch_size: 2 }).embed(stream(texts(31))));

    expect(vectors.map(numberOf)).toEqual(texts(31).map((_, index) => index));
  });

  it("is read no further ahead than a few batches while its vectors are not taken", async () => {
    const { url } = await startProvider(openaiAnswer);
    let read = 0;
    async function* counted(): AsyncGenerator<string> {
      for (const text of texts(1000)) {
        read += 1;
        yield text;
      }
    }

    const vectors = openModel(url, { batch_size: 5 }).embed(counted(), { concurrency: 2 });
    await vectors.next();
    await setTimeout(100);

    // four batches are held, and a fifth has room since the first was taken
    expect(read).toBe(25);
    await vectors.return();
  });

  it("hands on what is ready while its next text is not there yet", async () => {
    const { url } = await startProvider(openaiAnswer);
    const source = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<string> {
      yield* texts(2);
      await source.promise;
      yield "text 2";
    }

    const vectors = openModel(url, { batch_size: 2 }).embed(slow());

    expect(numberOf((await vectors.next()).value as Float32Array)).toBe(0);
    expect(numberOf((await vectors.next()).value as Float32Array)).toBe(1);
    source.resolve();
    expect((await all(vectors)).map(numberOf)).toEqual([2]);
  });

  it("is told when its reader stops, and what is under way is cut off", async () => {
    const { url, arrivals, cutOff } = await startProvider((arrival) =>
      arrival.texts.includes("text 0") ? openaiAnswer(arrival) : "hang",
    );
    let isClosed = false;
    async function* source(): AsyncGenerator<string> {
      try {
        yield* texts(100);
      } finally {
        isClosed = true;
      }
    }
    const vectors = openModel(url, { batch_size: 1 }).embed(source(), { concurrency: 2 });

    await vectors.next();
    await expect.poll(() => arrivals.length).toBe(3);
    await vectors.return();

    expect(isClosed).toBe(true);
    await expect.poll(cutOff).toBe(2);
  });

  it("that fails is passed on after what was read of it", async () => {
    const { url } = await startProvider(openaiAnswer);
    const fault = new Error("the disk is gone");
    async function* failing(): AsyncGenerator<string> {
      yield* texts(3);
      throw fault;
    }
    const seen: number[] = [];

    const reading = (async () => {
      for await (const vector of openModel(url, { batch_size: 3 }).embed(failing())) seen.push(numberOf(vector));
    })();

    await expect(reading).rejects.toBe(fault);
    expect(seen).toEqual([0, 1, 2]);
  });

  it("stays cheap: a million texts are read, one after another, only as they are needed", async () => {
    const { url } = await startProvider(openaiAnswer);
    let read = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield `text ${(read += 1)}`;
    }
    const vectors = openModel(url).embed(endless());

    for (let taken = 1; taken <= 500; taken += 1) {
      expect(numberOf((await vectors.next()).value as Float32Array)).toBe(taken);
    }
    await vectors.return();

    expect(read).toBeLessThan(500 + 32 * 12);
  });
});

describe("what goes wrong", () => {
  it("sends a failed batch alone to the next credential, and none that was answered again", async () => {
    const { url, arrivals } = await startProvider(({ key, ...arrival }) =>
      key === keyOf("a") && arrival.texts.includes("text 5") ? invalidKey : openaiAnswer(arrival),
    );
    const model = openModel(url, { ids: ["a", "b"], batch_size: 2 });

    const vectors = await model.embed(texts(10), { concurrency: 1 });

    expect(vectors.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(arrivals.map(({ key, texts: [first] }) => `${key.at(-1)} ${first}`)).toEqual([
      "a text 0",
      "a text 2",
      "a text 4",
      "b text 4",
      "b text 6",
      "b text 8",
    ]);
    expect(model.active()).toBe("b");
  });

  it("retries a batch whose provider is overloaded on the same credential", async () => {
    const { url, arrivals } = await startProvider((arrival, index) => (index < 2 ? overloaded : openaiAnswer(arrival)));
    const model = openModel(url);

    expect(numberOf(await model.embed("text 3"))).toBe(3);
    expect(arrivals).toHaveLength(3);
  });

  it.each([
    ["permanent", { status: 400, body: { error: { message: "Invalid 'input'", type: "invalid_request_error" } } }],
    [
      "input_too_large",
      {
        status: 400,
        body: { error: { message: "maximum context length is 8192 tokens", code: "context_length_exceeded" } },
      },
    ],
    ["content_safety", { status: 400, body: { error: { message: "blocked", code: "content_filter" } } }],
  ] as const)(
    "names the inputs that are refused (%s), asks no other credential, and hands on what was before",
    async (errorClass, refusal) => {
      const { url, arrivals } = await startProvider((arrival) =>
        arrival.texts.includes("text 5") ? refusal : openaiAnswer(arrival),
      );
      const model = openModel(url, { ids: ["a", "b"], batch_size: 2 });
      const seen: number[] = [];

      const reading = (async () => {
        for await (const vector of model.embed(stream(texts(50)))) seen.push(numberOf(vector));
      })();

      await expect(reading).rejects.toMatchObject({
        code: "KS_ERR_INPUT_REFUSED",
        class: errorClass,
        credential: "a",
        from: 4,
        count: 2,
        cause: { status: 400 },
      });
      expect(seen).toEqual([0, 1, 2, 3]);
      expect(arrivals.filter((arrival) => arrival.texts.includes("text 5"))).toHaveLength(1);
    },
  );

  it("tells of every credential when all have failed, without a key or a text", async () => {
    const { url } = await startProvider(() => invalidKey);
    const model = openModel(url, { ids: ["a", "b"] });

    const failure = await model.embed("a secret text").catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: "KS_ERR_ALL_CREDENTIALS_FAILED", class: "auth" });
    const told = `${JSON.stringify(failure)} ${String(failure)} ${JSON.stringify(model.snapshot())}`;
    expect(told).not.toContain("sk-planted");
    expect(told).not.toContain("a secret text");
  });

  it("ends with the signal's reason, also while its source is silent", async () => {
    const { url, cutOff } = await startProvider(() => "hang");
    const model = openModel(url);
    const whileAsked = new AbortController();
    const whileSilent = new AbortController();
    const silent: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => undefined) }),
    };

    const asked = model.embed("text 1", { signal: whileAsked.signal });
    const waiting = all(model.embed(silent, { signal: whileSilent.signal }));
    const gone = Promise.allSettled([asked, waiting]);
    await setTimeout(20);
    whileAsked.abort(new Error("enough"));
    whileSilent.abort(new Error("enough of this"));

    expect((await gone).map((end) => (end as PromiseRejectedResult).reason as unknown)).toEqual([
      new Error("enough"),
      new Error("enough of this"),
    ]);
    await expect.poll(cutOff).toBe(1);
  });

  it("keeps a deadline over all batches, and says what it was", async () => {
    const { url } = await startProvider(async (arrival, index) => (index < 2 ? openaiAnswer(arrival) : "hang"));
    const model = openModel(url, { batch_size: 1, deadline: "30s" });

    const failure = model.embed(texts(5), { deadline: "300ms", concurrency: 1 });

    await expect(failure).rejects.toMatchObject({ code: "KS_ERR_DEADLINE_EXCEEDED", deadlineMs: 300 });
  });

  it("keeps the model's own deadline for each batch", async () => {
    const { url } = await startProvider(() => "hang");
    const model = openModel(url, { deadline: "100ms" });

    await expect(model.embed("text 1", { deadline: "30s" })).rejects.toMatchObject({ deadlineMs: 100 });
  });

  it("refuses what is no input, and says where", async () => {
    const { url, arrivals } = await startProvider(openaiAnswer);
    const model = openModel(url);
    const embed = model.embed as (input: unknown, options?: object) => Promise<unknown>;

    await expect(embed(["text 1", 2])).rejects.toThrow("input[1]: found a number");
    await expect(embed(["text 1", null])).rejects.toThrow("input[1]: found null");
    await expect(embed([{ parts: [] }])).rejects.toThrow("input[0]: found an object of parts");
    await expect(embed([{ parts: [{ text: 1 }] }])).rejects.toThrow("input[0]: found an object of text");
    await expect(embed(undefined)).rejects.toThrow("input[0]: found undefined");
    await expect(embed("text", { concurrency: 0 })).rejects.toThrow("concurrency: found 0");
    await expect(embed("text", { deadline: "soon" })).rejects.toThrow('deadline: found "soon"');
    await expect(embed("text", { vectors: "hybrid" })).rejects.toThrow("vectors: found hybrid, wanted dense");
    expect(arrivals).toEqual([]);
  });

  it("refuses a model that is not of kind embedding", async () => {
    const { url } = await startProvider(openaiAnswer);
    const keyswitch = createKeyswitch({
      models: { chat: { model: "m", credentials: [{ provider: "openai", api_base: url, api_key: "k" }] } },
    });
    onTestFinished(() => keyswitch.close());

    await expect(keyswitch.model("chat").embed("text")).rejects.toThrow(
      "models.chat.kind: found chat, wanted embedding",
    );
  });

  it("takes no batch more once the model is closed", async () => {
    const { url } = await startProvider(openaiAnswer);
    const model = openModel(url, { batch_size: 1 });
    const vectors = model.embed(stream(texts(100)), { concurrency: 1 });

    await vectors.next();
    await model.close();

    await expect(all(vectors)).rejects.toMatchObject({ code: "KS_ERR_CLOSED" });
  });
});

describe("a vector that does not fit", () => {
  const answerWith = (embedding: unknown) => () => ({ body: { data: [{ index: 0, embedding }], usage: {} } });

  it.each([
    ["of another length", [1, 2, 3], "a vector of 3 numbers, wanted 4 numbers"],
    [
      "of another length in base64",
      Buffer.from(new Float32Array(8).buffer).toString("base64"),
      "a vector of 8 numbers",
    ],
    ["with no number in it", [1, 2, null, 4], "what is no vector"],
    [
      "with a number that is none",
      Buffer.from(Float32Array.of(1, NaN, 3, 4).buffer).toString("base64"),
      "what is no vector",
    ],
    ["cut in the middle of a number", Buffer.from("abc").toString("base64"), "what is no vector"],
    ["that is none at all", { values: [1, 2, 3, 4] }, "what is no vector"],
  ])("is not handed on: one %s", async (_, embedding, found) => {
    const { url } = await startProvider(answerWith(embedding));

    const failure = openModel(url).embed("text 1");

    await expect(failure).rejects.toThrow(`Credential "a" answered with ${found}`);
    await expect(failure).rejects.toMatchObject({ code: "KS_ERR_VECTOR_MISMATCH" });
  });

  it.each([
    ["fewer vectors than inputs", { data: [{ index: 0, embedding: [1, 2, 3, 4] }] }, "1 vectors, wanted 2"],
    ["no vectors", { object: "list", data: [] }, "no vectors"],
  ])("is not handed on: an answer with %s", async (_, body, found) => {
    const { url } = await startProvider(() => ({ body }));

    await expect(openModel(url).embed(texts(2))).rejects.toThrow(found);
  });

  it("is not handed on, nor anything of its batch, when a provider changes its length on the way: the next takes over", async () => {
    const { url, arrivals } = await startProvider((arrival, index) => {
      if (arrival.key !== keyOf("a") || index < 3) return openaiAnswer(arrival);
      const data = arrival.texts.map((_, at) => ({ index: at, embedding: at === 1 ? [1, 2] : [9, 9, 9, 9] }));
      return { body: { data } };
    });
    const model = openModel(url, { ids: ["a", "b"], batch_size: 2 });

    const vectors = await all(model.embed(stream(texts(12)), { concurrency: 1 }));

    expect(vectors.map(numberOf)).toEqual(texts(12).map((_, index) => index));
    expect(arrivals.filter(({ key }) => key === keyOf("a"))).toHaveLength(4);
    expect(model.snapshot().usage["a"]?.failures).toEqual({ unknown: 1 });
  });

  it("is told by name where every credential has such", async () => {
    const { url } = await startProvider(answerWith([1, 2]));

    const failure = openModel(url, { ids: ["a", "b"] }).embed("text 1");

    await expect(failure).rejects.toMatchObject({
      code: "KS_ERR_ALL_CREDENTIALS_FAILED",
      errors: [{ code: "KS_ERR_VECTOR_MISMATCH" }, { code: "KS_ERR_VECTOR_MISMATCH", credential: "b" }],
    });
  });

  it("takes a success that tells of an error, and one that is cut off, for what they are", async () => {
    const { url } = await startProvider(({ key }) =>
      key === keyOf("a")
        ? { body: { error: { message: "You exceeded your current quota", code: "insufficient_quota" } } }
        : { body: '{"data": [{"embedding": [1, 2' },
    );
    const model = openModel(url, { ids: ["a", "b"], retry: { max_retries: 0 } });

    await expect(model.embed("text 1")).rejects.toMatchObject({
      attempts: [{ class: "quota_exceeded" }, { class: "transient" }],
    });
  });
});

describe("tokens", () => {
  it("are counted once a batch that is served, whoever failed before it", async () => {
    const { url } = await startProvider((arrival, index) => {
      if (arrival.key === keyOf("a")) return index === 0 ? openaiAnswer(arrival) : invalidKey;
      return openaiAnswer(arrival);
    });
    const model = openModel(url, { ids: ["a", "b"], batch_size: 2 });

    await model.embed(texts(6), { concurrency: 1 });

    expect(model.snapshot().usage).toMatchObject({
      a: { served: 1, inputTokens: 2, failures: { auth: 1 } },
      b: { served: 2, inputTokens: 4, unknownUsage: 0 },
    });
  });

  it("are unknown, not none, where an answer does not tell them", async () => {
    const { url } = await startProvider((arrival) => ({
      body: { data: arrival.texts.map((text) => ({ embedding: vectorOf(text) })) },
    }));
    const model = openModel(url);

    await model.embed("text 1");

    expect(model.snapshot().usage["a"]).toMatchObject({ served: 1, inputTokens: 0, unknownUsage: 1 });
  });
});

describe("a configuration that changes while inputs are embedded", () => {
  const configOf = (url: string, change: object = {}) => ({
    models: {
      embed: {
        kind: "embedding" as const,
        model: "m",
        dimension,
        batch_size: 1,
        credentials: [{ id: "a", provider: "openai", api_base: `${url}/v1`, api_key: keyOf("a") }],
        ...change,
      },
    },
  });

  it("is taken up with the next batch where the vectors stay in one space", async () => {
    const { url, arrivals } = await startProvider(openaiAnswer);
    const keyswitch = createKeyswitch(configOf(url));
    onTestFinished(() => keyswitch.close());
    const vectors = keyswitch.model("embed").embed(stream(texts(10)), { concurrency: 1 });

    await vectors.next();
    const other = { id: "b", provider: "openai", api_base: `${url}/v1`, api_key: keyOf("b") };
    keyswitch.reload(configOf(url, { credentials: [other] }));

    expect((await all(vectors)).map(numberOf)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(arrivals.at(-1)?.key).toBe(keyOf("b"));
  });

  it.each([
    ["another model", { model: "another" }],
    ["another length", { dimension: 8 }],
    ["another kind of input", { input: "multimodal" }],
  ])("stops the embedding where it names %s (S42)", async (_, change) => {
    const { url } = await startProvider(openaiAnswer);
    const keyswitch = createKeyswitch(configOf(url));
    onTestFinished(() => keyswitch.close());
    const vectors = keyswitch.model("embed").embed(stream(texts(10)), { concurrency: 1 });

    await vectors.next();
    keyswitch.reload(configOf(url, change));

    await expect(all(vectors)).rejects.toMatchObject({ code: "KS_ERR_VECTOR_SPACE_CHANGED", model: "embed" });
  });
});
