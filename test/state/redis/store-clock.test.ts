import { describe, expect, it } from "vitest";
import { createStoreClock } from "../../../src/state/redis/store-clock.ts";

describe("the reckoning of a store's time", () => {
  it("takes it as told halfway between question and answer", () => {
    const clock = createStoreClock();

    clock.hear(61_050, 1000, 1100);

    expect(clock.aheadMs).toBe(60_000);
  });

  it("believes the answer that came quickest", () => {
    const clock = createStoreClock();
    clock.hear(61_001, 1000, 1002);

    clock.hear(62_250, 2000, 2400);

    expect(clock.aheadMs).toBe(60_000);
  });

  it("gives up what a later answer contradicts: the store's clock was set", () => {
    const clock = createStoreClock();
    clock.hear(61_001, 1000, 1002);

    clock.hear(12_050, 2000, 2100);

    expect(clock.aheadMs).toBe(10_000);
  });

  it("gives up what is older than a minute: clocks drift", () => {
    const clock = createStoreClock();
    clock.hear(61_001, 1000, 1002);

    clock.hear(130_025, 70_000, 70_040);

    expect(clock.aheadMs).toBe(60_005);
  });

  it("takes any answer after the store was away", () => {
    const clock = createStoreClock();
    clock.hear(61_001, 1000, 1002);

    clock.forget();
    clock.hear(62_250, 2000, 2400);

    expect(clock.aheadMs).toBe(60_050);
  });
});
