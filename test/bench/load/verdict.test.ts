import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Experience } from "./clients.ts";
import { growthOf } from "./memory.ts";
import { type Evidence, judge } from "./verdict.ts";

const served: Experience = {
  request: "1",
  kind: "chat",
  fromMs: 1_000,
  toMs: 1_100,
  end: "served",
  serial: 7,
  shown: "200",
};
const sent = { request: "1", serial: 7, mayBreak: false };

function rulesBrokenBy(experience: Partial<Experience>, seen: Partial<Evidence> = {}): readonly string[] {
  const { counterexamples } = judge({
    credentials: ["a", "b"],
    experiences: [{ ...served, ...experience }],
    arrivals: [sent],
    spells: [],
    openExchanges: 0,
    ...seen,
  });
  return counterexamples.map(({ rule }) => rule);
}

const illFrom = (credential: string, fromMs: number, toMs: number) =>
  ({ credential, fromMs, toMs, behaviour: { hang: true } }) as const;

describe("the verdict on a run", () => {
  it("finds no fault with an answer that its last request brought", () => {
    expect(rulesBrokenBy({})).toEqual([]);
  });

  it("blames an error where one credential was healthy all along", () => {
    const spells = [illFrom("a", 0, 5_000)];
    expect(rulesBrokenBy({ end: "refused", serial: undefined }, { spells })).toEqual([
      "an error that a healthy credential could have served",
    ]);
  });

  it("forgives an error in whose time every credential was ill once", () => {
    const spells = [illFrom("a", 0, 1_050), illFrom("b", 1_050, 2_000)];
    const experiences = [{ ...served, end: "refused", serial: undefined } as const];
    const evidence = { credentials: ["a", "b"], experiences, arrivals: [sent], spells, openExchanges: 0 };
    expect(judge(evidence)).toEqual({ counterexamples: [], unavoidable: 1 });
  });

  it("blames a request that was sent again after its first item", () => {
    const arrivals = [sent, { ...sent, serial: 8 }];
    expect(rulesBrokenBy({}, { arrivals })).toEqual(["sent again after its first item"]);
    expect(rulesBrokenBy({ end: "left" }, { arrivals })).toEqual(["sent again after its first item"]);
  });

  it("blames a stream that breaks by itself, and none that its upstream broke", () => {
    expect(rulesBrokenBy({ end: "broken" })).toEqual(["a stream broke that its upstream did not break"]);
    expect(rulesBrokenBy({ end: "broken" }, { arrivals: [{ ...sent, mayBreak: true }] })).toEqual([]);
  });

  it("blames an answer that is not whole and ends as if it were", () => {
    expect(rulesBrokenBy({ end: "passed off" })).toEqual(["an answer that is not whole ended as if it were"]);
  });

  it("blames an answer that no upstream gave", () => {
    expect(rulesBrokenBy({ serial: 9 })).toEqual(["an answer that no upstream gave"]);
  });
});

describe("the growth of memory", () => {
  it("is what stays from one half to the other, whatever comes and goes between", () => {
    const sampled = (...megabytes: readonly number[]) =>
      megabytes.map((each, minute) => ({ atMs: minute * 60_000, heldBytes: each * 1e6, residentBytes: 0 }));
    expect(growthOf(sampled(40, 60, 41, 64, 40, 62))).toBe(0);
    expect(growthOf(sampled(40, 60, 46, 52, 71, 58))).toBeCloseTo(12e6);
    expect(growthOf(sampled(40))).toBe(0);
  });
});

describe("the load", () => {
  it("finds the mistakes of a naive gateway", async () => {
    const program = fileURLToPath(import.meta.resolve("./run.ts"));
    const choices = ["--against", "naive", "--seconds", "4", "--connections", "16", "--seed", "311"];
    const run = promisify(execFile)(process.execPath, [program, ...choices]);
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /(?=.*sent again after its first item)(?=.*not whole ended as if it were)(?=.*a healthy credential could have served)/s,
      ) as unknown,
    });
  });
});
