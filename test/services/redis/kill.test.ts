import { it } from "vitest";
import { killAgain, kills, timeoutMs } from "../../state/kill-again.ts";
import { startRedis } from "./redis-server.ts";

it(
  `never starts broken, nor without a cooldown that was known in time, after ${kills} times kill -9 at any point`,
  { timeout: timeoutMs },
  async () => {
    await using redis = await startRedis();
    await killAgain({
      state: { kind: "redis", url: redis.url },
      known: (child) => child.order({ settle: true }),
      // A move is on its way at once; this is what a busy machine may take for it.
      safeAfterMs: 250,
      mostPauseMs: 300,
    });
  },
);
