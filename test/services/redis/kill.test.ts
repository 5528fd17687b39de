import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { startChild } from "../../state/child.ts";
import { modelOf } from "../../state/state-files.ts";
import { startRedis } from "./redis-server.ts";

/** How many processes are killed; `KILLS` in the environment sets another number. */
const kills = Number(process.env["KILLS"] ?? 10);
const callsARun = 3;
/** A move is on its way at once; this is what a busy machine may take for it. */
const safeAfterMs = 250;

it(
  `never starts broken, nor without a cooldown that was known in time, after ${kills} times kill -9 at any point`,
  { timeout: 60_000 + kills * 20_000 },
  async () => {
    await using redis = await startRedis();
    const unused = Array.from({ length: kills * callsARun }, (_, index) => `m${index}`);
    // No cooldown ends by itself while this lasts.
    const config = {
      models: Object.fromEntries(unused.map((name) => [name, { ...modelOf("a", "b"), failback: { timeout: "24h" } }])),
      state: { kind: "redis", url: redis.url },
    } as const;
    const safe = new Set<string>();

    for (let run = 0; run < kills; run += 1) {
      await using child = await startChild(config);
      const { models, warnings } = await child.order({ settle: true });
      expect(warnings).toEqual([]);
      expect([...safe].filter((name) => models[name]?.cooldowns["a"] === undefined)).toEqual([]);
      expect([...safe].filter((name) => models[name]?.active !== "b")).toEqual([]);
      for (const [name, { cooldowns }] of Object.entries(models)) if ("a" in cooldowns) safe.add(name);

      const knownAt = new Map<string, number>();
      for (const name of unused.splice(0, callsARun)) {
        await child.order({ model: name, refusedBy: ["a"] });
        knownAt.set(name, performance.now());
        await wait(Math.random() * 300);
      }
      const killedAt = performance.now();
      await child.kill();
      for (const [name, at] of knownAt) if (killedAt - at > safeAfterMs) safe.add(name);
    }
    expect(safe.size).toBeGreaterThan(0);
  },
);
