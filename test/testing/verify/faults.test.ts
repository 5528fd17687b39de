import { describe, expect, it } from "vitest";
import { slotsInput } from "../../../machines/index.ts";
import { type ExploredModel, realSubject } from "../../../src/testing/explore/product/index.ts";
import { simulate } from "../../../src/testing/simulate/index.ts";
import { verifyModel } from "../../../src/testing/verify/index.ts";
import { invariants } from "../../../src/testing/verify/invariants.ts";
import { prospects } from "../../../src/testing/verify/runs.ts";
import { faults } from "./faults/index.ts";

function modelOf(count: number, requests: number): ExploredModel {
  const credentials = Array.from({ length: count }, (_, slot) => `key-${slot}`);
  return {
    id: "chat",
    credentials,
    input: slotsInput({ credentials, failback: { requests } }),
    retry: { maxRetries: 1, baseDelayMs: 500, maxDelayMs: 8_000, jitter: "none" },
    onExhausted: "try",
  };
}

describe("a fault in the machines or in their driver", () => {
  it.each(faults)("is found and named: $name ($breaks)", async ({ breaks, count, requests = 2, into }) => {
    const model = modelOf(count, requests);
    const { holds, counterexample } = verifyModel(model, { transitions: 30_000 }, (each) => into(realSubject(each)));

    expect(holds).toBe(false);
    expect(counterexample).toMatchObject({ invariant: breaks });
    expect(counterexample?.story.length).toBeGreaterThan(0);
    if (counterexample?.scenario === undefined) expect(counterexample?.lacks).toBeTypeOf("string");
    else expect((await simulate(counterexample.scenario)).steps).toHaveLength(counterexample.story.length);
  });

  it("is what each invariant is there for: none is checked that no fault breaks", () => {
    const broken = new Set(faults.map(({ breaks }) => breaks));
    const checked = [...invariants, ...prospects].map(({ name }) => name);

    expect(checked.filter((name) => !broken.has(name))).toEqual([]);
    expect(faults.length).toBeGreaterThanOrEqual(25);
  });
});
