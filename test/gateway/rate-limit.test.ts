import { expect, it } from "vitest";
import { createRateLimit } from "../../src/gateway/rate-limit.ts";

it("takes a burst of a whole unit's calls, then one whenever its share of the unit has passed", () => {
  const limit = createRateLimit("3/m");
  const take = (now: number): number => limit.take(now);

  expect([take(0), take(0), take(0)]).toEqual([0, 0, 0]);
  expect(take(0)).toBe(20_000);
  expect(take(19_000)).toBe(1_000);
  expect(take(20_000)).toBe(0);
  expect(take(20_000)).toBe(20_000);
});

it("never saves up more than a unit's calls", () => {
  const limit = createRateLimit("2/s");
  const take = (now: number): number => limit.take(now);

  expect([take(0), take(3_600_000), take(3_600_000), take(3_600_000)]).toEqual([0, 0, 0, 500]);
});
