/**
 * What a served call at slot 0 costs, without HTTP: time and garbage above a bare async call, beside cockatiel's retry
 * and breaker, and ai-retry. Rounds are interleaved, so that whatever else the machine does falls on all alike.
 *
 *     npm run bench
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { createRetryableModel, httpStatus } from "ai-retry/language-model";
import { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, wrap } from "cockatiel";
import { createModel } from "../../src/index.ts";

const rounds = 15;
const callsPerRound = 20_000;
const callsPerHeapRound = 2_000;

const answer = async (): Promise<number> => 42;

const model = createModel({ api: "any", credentials: [{ id: "a" }, { id: "b" }, { id: "c" }] });
const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
);
const result = {
  content: [{ type: "text" as const, text: "42" }],
  finishReason: { unified: "stop" as const, raw: "stop" },
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  },
  warnings: [],
};
const language = (modelId: string): LanguageModelV4 => ({
  specificationVersion: "v4",
  provider: "bench",
  modelId,
  supportedUrls: {},
  doGenerate: async () => result,
  doStream: () => Promise.reject(new Error("not measured")),
});
const retryable = createRetryableModel({
  model: language("a"),
  retries: [httpStatus(429).switch({ model: language("b") })],
});
const prompt = { prompt: [] };
const bareLanguage = { doGenerate: async () => result };

const subjects: Record<string, () => PromiseLike<unknown>> = {
  "bare async call": answer,
  keyswitch: () => model.call(answer),
  "cockatiel retry + breaker": () => policy.execute(answer),
  "ai-retry": () => retryable.doGenerate(prompt),
  "bare model of ai-retry's": () => bareLanguage.doGenerate(),
};

async function repeat(times: number, run: () => PromiseLike<unknown>): Promise<void> {
  for (let done = 0; done < times; done += 1) await run();
}

async function microsecondsPerCall(run: () => PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now();
  await repeat(callsPerRound, run);
  return ((performance.now() - startedAt) / callsPerRound) * 1_000;
}

/** Bytes allocated a call, over so few calls that nothing is collected in between. */
async function bytesPerCall(run: () => PromiseLike<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await repeat(callsPerHeapRound, run);
  return (process.memoryUsage().heapUsed - before) / callsPerHeapRound;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const times = new Map<string, number[]>();
const bytes = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run] of Object.entries(subjects)) {
    times.set(name, [...(times.get(name) ?? []), await microsecondsPerCall(run)]);
    bytes.set(name, [...(bytes.get(name) ?? []), await bytesPerCall(run)]);
  }
}

const bareTime = median(times.get("bare async call") ?? []);
const bareBytes = median(bytes.get("bare async call") ?? []);
console.log("a served call at slot 0: medians of", rounds, "interleaved rounds");
for (const name of Object.keys(subjects)) {
  const time = median(times.get(name) ?? []);
  const garbage = median(bytes.get(name) ?? []);
  console.log(
    `${name.padEnd(28)}${time.toFixed(2).padStart(8)} µs${(time - bareTime).toFixed(2).padStart(8)} above bare` +
      `${(garbage / 1024).toFixed(1).padStart(8)} KB${((garbage - bareBytes) / 1024).toFixed(1).padStart(7)} above bare`,
  );
}
await model.close();
