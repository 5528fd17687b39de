import { describe, expect, it, onTestFinished } from "vitest";
import { drain, type Job, type WorkerParts } from "../../examples/embedding-worker/worker.ts";
import { createCircuitBreaker } from "../../src/index.ts";
import type { CircuitBreakerOptions } from "../../src/index.ts";
import { dimension, openaiAnswer, openModel, overloaded, type Reply, startProvider } from "../embedding/provider.ts";

const refusals: Readonly<Record<string, Reply>> = {
  permanent: { status: 400, body: { error: { message: "Invalid 'input'", type: "invalid_request_error" } } },
  input_too_large: {
    status: 400,
    body: { error: { message: "maximum context length is 8192 tokens", code: "context_length_exceeded" } },
  },
  content_safety: { status: 400, body: { error: { message: "blocked", code: "content_filter" } } },
};

const jobs = (...texts: string[]): Job[] => texts.map((text, index) => ({ id: `job-${index}`, text, attempts: 0 }));
const plain = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index}`);

/** Works off a queue against a scripted provider, and tells what became of it. Pauses are told, and take no time. */
async function work(
  queue: Job[],
  answer: Parameters<typeof startProvider>[0],
  breakerOptions: CircuitBreakerOptions = {},
  change: Partial<WorkerParts> = {},
) {
  const { url, arrivals } = await startProvider(answer);
  const model = openModel(url, { ids: ["a", "b"], retry: { max_retries: 0 }, failback: { timeout: "7s" } });
  const breaker = createCircuitBreaker(breakerOptions);
  onTestFinished(() => breaker.close());
  const stored: string[] = [];
  const aside: string[] = [];
  const pausesMs: number[] = [];
  const parts: WorkerParts = {
    embed: (texts) => model.embed(texts),
    breaker,
    store: ({ text }, vector) => void stored.push(vector.length === dimension ? text : "another length"),
    setAside: ({ text }, reason) => void aside.push(`${text}: ${reason}`),
    pause: async (durationMs) => void pausesMs.push(durationMs),
    batchSize: 8,
    mostAttempts: 3,
    defaultPauseMs: 50,
    ...change,
  };
  await drain(queue, parts);
  return { stored, aside, pausesMs, arrivals, breaker };
}

describe("the worker of the example", () => {
  it.each(Object.keys(refusals))(
    "sets a text aside that is refused (%s), for good, and stores all others",
    async (errorClass) => {
      const queue = jobs(...plain(5), "poison", ...plain(3), "poison too");
      const { stored, aside, pausesMs, breaker } = await work(queue, (arrival) =>
        arrival.texts.some((text) => text.startsWith("poison"))
          ? (refusals[errorClass] as Reply)
          : openaiAnswer(arrival),
      );

      expect(aside).toEqual([`poison: ${errorClass}`, `poison too: ${errorClass}`]);
      expect(stored.toSorted()).toEqual([...plain(5), ...plain(3)].toSorted());
      expect(pausesMs).toEqual([]);
      expect(breaker.snapshot()).toMatchObject({ state: "closed", failures: 0 });
    },
  );

  it("asks for a refused text log2 times, not for each of its batch alone", async () => {
    const { arrivals } = await work(jobs(...plain(7), "poison"), (arrival) =>
      arrival.texts.includes("poison") ? (refusals["permanent"] as Reply) : openaiAnswer(arrival),
    );

    expect(arrivals.map((arrival) => arrival.texts.length)).toEqual([8, 4, 4, 2, 2, 1, 1]);
  });

  it("pauses as long as the model says when all its credentials failed, and tries again", async () => {
    const { stored, pausesMs } = await work(jobs(...plain(3)), (arrival, index) =>
      index < 2 ? { ...(overloaded as object), headers: { "retry-after": "30" }, body: {} } : openaiAnswer(arrival),
    );

    expect(stored).toEqual(plain(3));
    expect(pausesMs).toHaveLength(1);
    expect(pausesMs[0]).toBeGreaterThan(25_000);
    expect(pausesMs[0]).toBeLessThanOrEqual(30_000);
  });

  it("pauses as long as the breaker says while it is open, and a job loses no attempt by it", async () => {
    let isClosedFor = 3;
    const pausesMs: number[] = [];
    const { stored, aside, arrivals } = await work(
      jobs(...plain(2)),
      (arrival, index) => (index < 2 ? overloaded : openaiAnswer(arrival)),
      { failure_threshold: 1, reset_timeout: "30ms" },
      {
        mostAttempts: 2,
        pause: async (durationMs) => {
          pausesMs.push(durationMs);
          // at first it comes back too early, again and again
          if ((isClosedFor -= 1) < 0) await new Promise((resolve) => setTimeout(resolve, durationMs + 5));
        },
      },
    );

    expect({ stored, aside }).toEqual({ stored: plain(2), aside: [] });
    expect(arrivals).toHaveLength(3);
    expect(pausesMs.length).toBeGreaterThanOrEqual(4);
    for (const pauseMs of pausesMs.slice(1)) expect(pauseMs).toBeLessThanOrEqual(50);
  });

  it("sets a job aside that fails in other ways as often as it may, and no other", async () => {
    const { stored, aside, arrivals } = await work(
      jobs("text 1", "cursed"),
      (arrival) => (arrival.texts.includes("cursed") ? overloaded : openaiAnswer(arrival)),
      { failure_threshold: 100 },
      { batchSize: 1 },
    );

    expect(stored).toEqual(["text 1"]);
    expect(aside).toEqual(["cursed: 3 attempts in vain"]);
    // each attempt asks both credentials
    expect(arrivals.filter((arrival) => arrival.texts.includes("cursed"))).toHaveLength(6);
  });
});
