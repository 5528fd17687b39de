import { describe, expect, it } from "vitest";
import { createStillClock } from "../../src/testing/index.ts";
import { quiet } from "../../src/testing/simulate/pass-time.ts";

describe("a clock that stands still", () => {
  it("lets time pass when it is skipped, and fires what is due in order", async () => {
    const clock = createStillClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push(`a minute at ${clock.now()}`), 60_000, "foreground");
    clock.setTimer(() => fired.push(`a second at ${clock.now()}`), 1_000, "background");
    clock.setTimer(() => fired.push("an hour"), 3_600_000, "background");

    await clock.skip(90_000);

    expect(fired).toEqual(["a second at 1000", "a minute at 60000"]);
    expect(clock.now()).toBe(90_000);
  });

  it("lets the short wait between two attempts pass by itself, and no other", async () => {
    const clock = createStillClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push("backoff"), 10, "foreground");
    clock.setTimer(() => fired.push("longer"), 11, "foreground");
    clock.setTimer(() => fired.push("failback"), 5, "background");
    const given = clock.setTimer(() => fired.push("given up"), 10, "foreground");
    clock.clearTimer(given);

    await quiet();

    // What was due on the way came first.
    expect(fired).toEqual(["failback", "backoff"]);
    expect(clock.now()).toBe(10);
  });

  it("does not go on for a short wait that was given up", async () => {
    const clock = createStillClock();
    clock.clearTimer(clock.setTimer(() => {}, 10, "foreground"));

    await quiet();

    expect(clock.now()).toBe(0);
  });
});
