import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import type { KeyswitchConfig } from "../../src/index.ts";
import { type Child, startChild } from "./child.ts";
import type { Report } from "./program.ts";
import { modelOf } from "./state-files.ts";

/** How many processes are killed; `KILLS` in the environment sets another number. */
export const kills = Number(process.env["KILLS"] ?? 15);
/** A full run kills hundreds, each after a start and some pauses. */
export const timeoutMs = 60_000 + kills * 20_000;

const callsARun = 3;

interface Keeping {
  readonly state: KeyswitchConfig["state"];
  /** What a process knows once it has read the state. */
  readonly known: (child: Child) => Report | Promise<Report>;
  /** From then on a move must not be lost. */
  readonly safeAfterMs: number;
  /** The pauses after each call, at random: some kills are before a move is safe, and some after. */
  readonly mostPauseMs: number;
}

/** Kills one process after another at any point, and expects of each next one that it knows all that was safe. */
export async function killAgain({ state, known, safeAfterMs, mostPauseMs }: Keeping): Promise<void> {
  const unused = Array.from({ length: kills * callsARun }, (_, index) => `m${index}`);
  // No cooldown ends by itself while this lasts.
  const model = { ...modelOf("a", "b"), failback: { timeout: "24h" } };
  const config: KeyswitchConfig = { models: Object.fromEntries(unused.map((name) => [name, model])), state };
  const safe = new Set<string>();

  for (let run = 0; run < kills; run += 1) {
    await using child = await startChild(config);
    const { models, warnings } = await known(child);
    expect(warnings).toEqual([]);
    expect([...safe].filter((name) => models[name]?.cooldowns["a"] === undefined)).toEqual([]);
    expect([...safe].filter((name) => models[name]?.active !== "b")).toEqual([]);
    // What was written in time by luck must stay as well.
    for (const [name, { cooldowns }] of Object.entries(models)) if ("a" in cooldowns) safe.add(name);

    const knownAt = new Map<string, number>();
    for (const name of unused.splice(0, callsARun)) {
      await child.order({ model: name, refusedBy: ["a"] });
      knownAt.set(name, performance.now());
      await wait(Math.random() * mostPauseMs);
    }
    const killedAt = performance.now();
    await child.kill();
    for (const [name, at] of knownAt) if (killedAt - at > safeAfterMs) safe.add(name);
  }
  expect(safe.size).toBeGreaterThan(0);
}
