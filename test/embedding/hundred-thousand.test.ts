import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { invalidKey, keyOf, numberOf, openaiAnswer, openModel, type Reply, startProvider } from "./provider.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const textCount = 100_000;
const batchSize = 500;

/** Memory that is in use, garbage apart. */
function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const quotaExceeded: Reply = {
  status: 429,
  body: {
    error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" },
  },
};

/** How many requests each key answers before it dies, and how it answers from then on. */
const lives: Readonly<Record<string, { readonly requests: number; readonly after: Reply }>> = {
  [keyOf("a")]: { requests: 50, after: invalidKey },
  [keyOf("b")]: { requests: 70, after: quotaExceeded },
  [keyOf("c")]: { requests: Number.POSITIVE_INFINITY, after: invalidKey },
};

async function* texts(): AsyncGenerator<string> {
  for (let index = 0; index < textCount; index += 1) yield `text ${index}`;
}

it("embeds 100 000 texts over three credentials of which two die on the way: each vector in its place, none asked for again once it is there, in flat memory", async () => {
  const served = new Map<string, number>();
  const answered = new Set<string>();
  const askedAgain: string[] = [];
  const { url, arrivals } = await startProvider((arrival) => {
    const [first = ""] = arrival.texts;
    if (answered.has(first)) askedAgain.push(first);
    const before = served.get(arrival.key) ?? 0;
    const life = lives[arrival.key];
    if (life === undefined || before >= life.requests) return life?.after ?? invalidKey;
    served.set(arrival.key, before + 1);
    answered.add(first);
    (arrivals as unknown[]).length = 0;
    return openaiAnswer(arrival);
  });
  const model = openModel(url, { ids: ["a", "b", "c"], batch_size: batchSize });
  const used: number[] = [];
  let misplaced = 0;
  let count = 0;

  for await (const vector of model.embed(texts(), { concurrency: 8 })) {
    if (numberOf(vector) !== count || vector[1] !== 0 - count) misplaced += 1;
    count += 1;
    if (count % (textCount / 10) === 0) used.push(usedBytes());
  }

  expect({ count, misplaced, askedAgain }).toEqual({ count: textCount, misplaced: 0, askedAgain: [] });
  expect([...served]).toEqual([
    [keyOf("a"), 50],
    [keyOf("b"), 70],
    [keyOf("c"), 80],
  ]);
  expect(model.snapshot().usage).toMatchObject({
    a: { inputTokens: 50 * batchSize, unknownUsage: 0 },
    b: { inputTokens: 70 * batchSize, unknownUsage: 0 },
    c: { inputTokens: 80 * batchSize, unknownUsage: 0 },
  });
  // A vector that is kept takes some 200 bytes: had all been kept, it would be 18 MB more.
  expect(Math.max(...used.slice(1)) - (used[0] ?? 0)).toBeLessThan(6 * 1024 * 1024);
});
