import { describe, expect, it } from "vitest";
import { compareScenario, simulate } from "../../../src/testing/index.ts";

/** An hour of calls, and a first credential that is out for ten minutes of it. */
const hour = (changes: object = {}) => ({
  id: "hour",
  model: { credentials: ["a", "b"], failback: { timeout: "5m", requests: 0, growth: 1 }, retry: { max_retries: 0 } },
  seed: 3,
  outages: [{ credential: "a", from: "10m", to: 1_270, outcome: "auth" }],
  steps: [{ traffic: { rate: "1/s", for: "1h", arrivals: "even" } }],
  ...changes,
});

describe("traffic in a scenario", () => {
  it("arrives at its rate for its time, and is served by who is not out", async () => {
    const { steps, summary } = await simulate(hour());

    // From second 600, past failed probes at 900 and 1200, until the one at 1500 that proves.
    expect(steps).toEqual([{ calls: 3_600, by: { a: 2_700, b: 900 }, active: "a", epoch: 2 }]);
    expect(summary).toMatchObject({ calls: 3_600, served: 3_600, availability: 1, failovers: 1, failbacks: 1 });
  });

  it("tells how long home stayed away after an outage, and what the vain probes were", async () => {
    const { summary } = await simulate(hour());

    expect(summary?.outages).toEqual([{ credential: "a", from: 600, to: 1_270, failback_after_s: 230 }]);
    expect(summary?.time_to_failback_s).toEqual({ mean: 230, max: 230, never: 0 });
    expect(summary?.probes).toEqual({ proved: 1, failed: 2 });
    expect(summary?.attempts_per_call).toBe(round(3_603 / 3_600));
  });

  it("tells when home never came back, and when it had not left", async () => {
    const never = await simulate(hour({ steps: [{ traffic: { rate: "1/s", for: "22m", arrivals: "even" } }] }));
    const spare = { credential: "b", from: 0, to: 60, outcome: "auth" };
    const stayed = await simulate(hour({ outages: [spare] }));

    expect(never.summary?.time_to_failback_s).toEqual({ mean: null, max: null, never: 1 });
    expect(stayed.summary?.outages).toEqual([{ ...spare, outcome: undefined, failback_after_s: 0 }]);
    expect(stayed.summary?.time_to_failback_s).toEqual({ mean: null, max: null, never: 0 });
  });

  it("counts what a call waits for failed attempts as added latency, and not the answer itself", async () => {
    const slowFailure = { error: "auth", after_s: 2 };
    const { summary } = await simulate(
      hour({
        outages: [{ credential: "a", from: 0, to: 0.5, outcome: slowFailure }],
        steps: [{ traffic: { rate: "10/s", for: 1, arrivals: "even", latency: "800ms" } }],
      }),
    );

    // Calls at 0.1 to 0.4 s ran into it, those at 0.5 s and later did not.
    expect(summary?.added_latency_s).toEqual({ mean: 0.8, p50: 0, p99: 2, max: 2 });
  });

  it("counts calls that nobody serves by how they end", async () => {
    const outages = ["a", "b"].map((credential) => ({ credential, from: 0, to: 10, outcome: "quota_exceeded" }));
    const { steps, summary } = await simulate(
      hour({ outages, steps: [{ traffic: { rate: "1/s", for: 20, arrivals: "even" } }] }),
    );

    expect(steps[0]).toMatchObject({ calls: 20, by: { a: 11 }, failed: { all_failed: 9 } });
    expect(summary?.availability).toBe(0.55);
  });

  it("waits for calls that are in flight when its time is over", async () => {
    const { steps } = await simulate(
      hour({ outages: [], steps: [{ traffic: { rate: "1/s", for: 2, arrivals: "even", latency: "30s" } }] }),
    );

    expect(steps[0]).toMatchObject({ calls: 2, by: { a: 2 } });
  });

  it("comes at other times with another seed, and at the same ones with the same", async () => {
    const poisson = (seed: number) => simulate(hour({ seed, steps: [{ traffic: { rate: "1/s", for: "10m" } }] }));
    const [one, again, other] = [await poisson(1), await poisson(1), await poisson(2)];

    expect(again).toEqual(one);
    expect(other.summary?.calls).not.toBe(one.summary?.calls);
    for (const { summary } of [one, other]) {
      expect(summary?.calls).toBeGreaterThan(520);
      expect(summary?.calls).toBeLessThan(680);
    }
  });
});

describe("an outage in a scenario", () => {
  it("answers what no script says, from its beginning until just before its end", async () => {
    const { steps } = await simulate({
      ...hour({ outages: [{ credential: "a", from: 10, to: 20, outcome: "transient" }] }),
      steps: [
        { advance: 9.9 },
        { call: {} },
        { advance: 0.1 },
        { call: {} },
        { op: "RESET" },
        { call: { a: ["ok"] } },
        { advance: 10 },
        { call: {} },
      ],
    });

    expect(steps.flatMap(({ attempts = [] }) => attempts.map((each) => each.join(" ")))).toEqual([
      "a ok",
      "a transient",
      "b ok",
      "a ok",
      "a ok",
    ]);
  });

  it("may take a share of the attempts only", async () => {
    const brownout = { credential: "a", from: 0, to: "1h", outcome: "permanent", share: 0.3 };
    const { steps } = await simulate(hour({ outages: [brownout] }));

    const failed = steps[0]?.failed?.["failed_fast"] ?? 0;
    expect(failed).toBeGreaterThan(3_600 * 0.25);
    expect(failed).toBeLessThan(3_600 * 0.35);
  });

  it("states a wait as the wire would, which is waited for", async () => {
    const limited = { status: 429, headers: { "retry-after": "1800" }, body: {} };
    const { summary } = await simulate(hour({ outages: [{ credential: "a", from: 60, to: 61, outcome: limited }] }));

    expect(summary?.outages[0]?.failback_after_s).toBe(1_799);
  });
});

describe("a comparison", () => {
  it("runs the same calls under each of a scenario's variants, the model as it stands first", async () => {
    const { id, variants } = await compareScenario(
      hour({
        compare: [
          { name: "eager", failback: { timeout: "30s" } },
          { failback: { timeout: "30m" } },
          { retry: { max_retries: 2 }, on_exhausted: "reject" },
        ],
      }),
    );

    expect(id).toBe("hour");
    expect(variants.map(({ name, summary }) => [name, summary.time_to_failback_s.mean])).toEqual([
      ["as it is", 230],
      ["eager", 20],
      ["timeout 30m", 1_130],
      ["max_retries 2, on_exhausted reject", 230],
    ]);
    expect(new Set(variants.map(({ summary }) => summary.calls))).toEqual(new Set([3_600]));
  });

  it("sets both strategies side by side where a scenario names nothing", async () => {
    const { variants } = await compareScenario(hour({ outages: [], steps: [{ traffic: { rate: "1/s", for: "1m" } }] }));

    expect(variants.map(({ name }) => name)).toEqual([
      "as it is",
      "strategy stepwise, requests 50, timeout 1m",
      "strategy stepwise, requests 50, timeout 10m",
      "strategy stepwise, requests 0, timeout 1m",
      "strategy stepwise, requests 0, timeout 10m",
      "strategy priority, requests 50, timeout 1m",
      "strategy priority, requests 50, timeout 10m",
      "strategy priority, requests 0, timeout 1m",
      "strategy priority, requests 0, timeout 10m",
    ]);
  });

  it("refuses two variants of one name, and settings that the model would refuse", async () => {
    const twice = compareScenario(hour({ compare: [{ name: "x" }, { name: "x" }] }));
    await expect(twice).rejects.toThrow('compare: found two variants called "x", wanted a name each');

    const wrong = compareScenario(hour({ compare: [{ failback: { timeout: "soon" } }] }));
    await expect(wrong).rejects.toThrow(/failback\.timeout: found "soon", wanted/);
  });
});

describe("a scenario with traffic or outages that is wrong", () => {
  it.each([
    [
      { outages: [{ credential: "z", from: 0, to: 1, outcome: "auth" }] },
      'outages[0].credential: found "z", wanted one of "a", "b"',
    ],
    [
      { outages: [{ credential: "a", from: 5, to: 5, outcome: "auth" }] },
      "outages[0].to: found 5, wanted a time after its from",
    ],
    [
      { outages: [{ credential: "a", from: "soon", to: 5, outcome: "auth" }] },
      'outages[0].from: found "soon", wanted seconds or a text',
    ],
    [
      { outages: [{ credential: "a", from: 0, to: 5, outcome: "atuh" }] },
      'outages[0].outcome: found "atuh", wanted "ok", an error class,',
    ],
    [
      { outages: [{ credential: "a", from: 0, to: 5, outcome: "auth", share: 2 }] },
      "outages[0].share: found 2, wanted a share above 0 and at most 1",
    ],
    [{ outages: 7 }, "outages: found 7, wanted a list of outages"],
    [{ seed: -1 }, "seed: found -1, wanted a whole number from 0 to 4294967295"],
    [{ compare: {} }, "compare: found an object, wanted a list of variants"],
    [
      { compare: [{ strategy: "priority" }] },
      "compare[0]: found an object, wanted an object with name, failback, retry or on_exhausted",
    ],
    [
      { steps: [{ traffic: { rate: "fast", for: 1 } }] },
      'steps[0].traffic.rate: found "fast", wanted a count per second, minute, hour or day, such as 600/m',
    ],
    [{ steps: [{ traffic: { rate: "1/s" } }] }, "steps[0]: found an object, wanted a step"],
    [{ steps: [{ traffic: 9 }] }, 'steps[0].traffic: found 9, wanted an object such as {"rate": "2/s", "for": "1h"}'],
    [
      { steps: [{ traffic: { rate: "1000/s", for: "1h" } }] },
      "traffic: found about 3600000 calls, wanted a rate and a time that make at most 1000000",
    ],
  ])("is refused with what is wanted: %j", async (changes, complaint) => {
    await expect(simulate(hour(changes))).rejects.toThrow(complaint);
  });
});

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
