import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

/** What a process held at a moment of a run. */
export interface MemorySample {
  readonly atMs: number;
  /** Objects and buffers, without garbage. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

/** Asks a process that has `tell-memory` in it, every two seconds until the signal aborts. */
export async function watchMemory(child: ChildProcess, signal: AbortSignal): Promise<readonly MemorySample[]> {
  const samples: MemorySample[] = [];
  while (!signal.aborted) {
    child.send("tell");
    const [told] = (await once(child, "message")) as [Omit<MemorySample, "atMs">];
    samples.push({ atMs: Date.now(), ...told });
    await setTimeout(2_000, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

/**
 * Bytes by which what is held has grown from the first half of the samples to the second. What a spell of hanging requests
 * holds comes and goes: the least of each half is what stays.
 */
export function growthOf(samples: readonly MemorySample[]): number {
  const middle = Math.ceil(samples.length / 2);
  const floor = (half: readonly MemorySample[]): number => Math.min(...half.map(({ heldBytes }) => heldBytes));
  return samples.length < 2 ? 0 : floor(samples.slice(middle)) - floor(samples.slice(0, middle));
}
