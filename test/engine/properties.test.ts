import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AllCredentialsFailedError, DeadlineExceededError } from "../../src/errors.ts";
import { type ErrorClass, errorClasses, isRequestLevel } from "../../machines/index.ts";
import { failure, never, startVirtualEngine, UpstreamError } from "./scripted-engine.ts";

const ids = ["a", "b", "c"] as const;

interface Outcome {
  readonly kind: "ok" | "hang" | ErrorClass;
  readonly afterMs: number;
}

/** One call of a crowd: when it comes, what each credential answers it, and what its caller has patience for. */
interface Plan {
  readonly startMs: number;
  readonly answers: readonly Outcome[];
  readonly deadlineMs: number | undefined;
  readonly abortMs: number | undefined;
}

const outcome: fc.Arbitrary<Outcome> = fc.record({
  kind: fc.constantFrom("ok" as const, "ok" as const, "hang" as const, ...errorClasses),
  afterMs: fc.constantFrom(0, 0, 1, 500, 700_000),
});
const patience = fc.option(fc.constantFrom(1, 500, 40_000, 700_000), { nil: undefined, freq: 4 });
const plan: fc.Arbitrary<Plan> = fc.record({
  startMs: fc.constantFrom(0, 0, 0, 1, 600_000, 1_200_000),
  answers: fc.array(outcome, { minLength: ids.length, maxLength: ids.length }),
  deadlineMs: patience,
  abortMs: patience,
});

/** A crowd costs as much as a hundred sequences of events of a machine alone. */
const runs = Math.min(1_000, Math.ceil(Number(process.env["PROPERTY_RUNS"] ?? 3_000) / 10));

/** Plays a crowd of calls in virtual time, and tells what each did and how it ended. */
async function play(plans: readonly Plan[]) {
  const virtual = startVirtualEngine({ retry: { maxRetries: 1 } });
  const { call, clock, pass, hear } = virtual;
  const moves = hear("failover", "failback", "exhausted");
  const settled = hear("settled");
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(resolve, ms, "foreground");
    });

  const calls = plans.map(async ({ startMs, answers, deadlineMs, abortMs }) => {
    await wait(startMs);
    const caller = new AbortController();
    const tried: string[] = [];
    const aborting = abortMs === undefined ? undefined : clock.setTimer(() => caller.abort(), abortMs, "foreground");
    const answer = await call(
      async ({ credential: { id } }) => {
        tried.push(id);
        const { kind, afterMs } = answers[ids.indexOf(id as "a")] as Outcome;
        await wait(afterMs);
        if (kind === "ok") return id;
        if (kind === "hang") return never();
        throw failure(kind);
      },
      { deadlineMs, signal: caller.signal },
    ).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    clock.clearTimer(aborting);
    return { answers, tried, answer, signal: caller.signal };
  });
  const ended = Promise.all(calls);
  await pass(20_000_000);
  return { ...virtual, ended: await ended, moves, settled };
}

/** Each credential that a call tried, once a turn: a retry follows its attempt at once. */
const turnsOf = (tried: readonly string[]): string[] => tried.filter((id, index) => id !== tried[index - 1]);

describe("a crowd of calls, whatever each meets,", () => {
  it("ends each call once, as what happened to it says, and leaves nothing running", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 6 }), async (plans) => {
        const { engine, clock, ended, moves, settled } = await play(plans);

        expect(settled).toHaveLength(plans.length);
        for (const { answers, tried, answer, signal } of ended) {
          const turns = turnsOf(tried);
          expect(new Set(turns).size).toBe(turns.length);
          const kindOf = (id: string | undefined) => answers[ids.indexOf(id as "a")]?.kind;
          if ("value" in answer) {
            expect(answer.value).toBe(tried.at(-1));
            expect(kindOf(tried.at(-1))).toBe("ok");
          } else if (answer.error instanceof AllCredentialsFailedError) {
            expect(turns.toSorted()).toEqual(ids);
            expect(answer.error.attempts.map(({ credential }) => credential)).toEqual(tried);
          } else if (answer.error instanceof UpstreamError) {
            expect(isRequestLevel(answer.error.class)).toBe(true);
            expect(kindOf(tried.at(-1))).toBe(answer.error.class);
          } else if (!(answer.error instanceof DeadlineExceededError)) {
            expect(signal.aborted).toBe(true);
            expect(answer.error).toBe(signal.reason);
          }
        }
        expect(engine.snapshot().epoch).toBe(moves.length);
        await engine.close();
        expect(clock.nextDueAt()).toBeUndefined();
      }),
      { numRuns: runs },
    );
  });

  it("is served whole while one credential works, and nobody loses patience", async () => {
    const failing = fc.record({
      kind: fc.constantFrom("auth", "quota_exceeded", "transient", "unknown", "hang"),
      afterMs: fc.constantFrom(0, 1, 500),
    }) as fc.Arbitrary<Outcome>;
    const works = fc.record({ kind: fc.constant("ok" as const), afterMs: fc.constantFrom(0, 1, 500) });
    const crowd = fc.constantFrom(0, 1, 2).chain((working) =>
      fc.array(
        fc.record({
          startMs: fc.constantFrom(0, 0, 1, 600_000, 1_200_000, 1_800_000),
          answers: fc.tuple(...ids.map((_, slot) => (slot === working ? works : failing))),
          deadlineMs: fc.constant(undefined),
          abortMs: fc.constant(undefined),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    );

    await fc.assert(
      fc.asyncProperty(crowd, async (plans) => {
        const { ended } = await play(plans);

        expect(ended.filter(({ answer }) => "error" in answer)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});
