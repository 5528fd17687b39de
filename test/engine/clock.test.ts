import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";

const longestDelayMs = 2 ** 31 - 1;

describe("the system's clock", () => {
  it("is monotonic, and counts milliseconds from the Unix epoch", () => {
    const [first, second] = [systemClock.now(), systemClock.now()];

    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
  });

  it("calls back once", async () => {
    const callback = vi.fn();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(callback, 1, "foreground");
      systemClock.setTimer(resolve, 20, "foreground");
    });

    expect(callback).toHaveBeenCalledOnce();
  });

  it("clears a timer, and forgives one that is none", async () => {
    const callback = vi.fn();
    systemClock.clearTimer(systemClock.setTimer(callback, 1, "foreground"));
    systemClock.clearTimer(undefined);
    await new Promise<void>((resolve) => {
      systemClock.setTimer(resolve, 10, "foreground");
    });

    expect(callback).not.toHaveBeenCalled();
  });

  it("neither fires a delay beyond 31 bits at once, nor warns of it", async () => {
    const callback = vi.fn();
    const warned = vi.spyOn(process, "emitWarning");
    const timers = [longestDelayMs + 1, 10 * longestDelayMs, Infinity].map((delayMs) =>
      systemClock.setTimer(callback, delayMs, "background"),
    );
    await new Promise<void>((resolve) => {
      systemClock.setTimer(resolve, 30, "foreground");
    });

    expect(callback).not.toHaveBeenCalled();
    expect(warned).not.toHaveBeenCalled();
    for (const timer of timers) systemClock.clearTimer(timer);
    warned.mockRestore();
  });
});

describe("a delay beyond 31 bits", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ["foreground", 2 * longestDelayMs + 1_000],
    ["background", longestDelayMs + 1],
  ] as const)("fires when it is over, not before: a %s timer of %d ms", (kind, delayMs) => {
    const callback = vi.fn();
    systemClock.setTimer(callback, delayMs, kind);

    vi.advanceTimersByTime(delayMs - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("can be cleared in whichever link it is", () => {
    const callback = vi.fn();
    const timer = systemClock.setTimer(callback, 3 * longestDelayMs, "foreground");
    vi.advanceTimersByTime(longestDelayMs + 1);

    systemClock.clearTimer(timer);

    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * longestDelayMs);
    expect(callback).not.toHaveBeenCalled();
  });
});
