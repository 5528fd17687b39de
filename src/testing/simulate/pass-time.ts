import type { VirtualClock } from "../virtual-clock.ts";

/** Lets time pass, timer by timer. */
export async function passUntil(clock: VirtualClock, at: number): Promise<void> {
  while (clock.goTo(at)) await quiet();
}

/** Goes to the next timer, and fires it. */
export function fireNext(clock: VirtualClock): void {
  const dueAt = clock.nextDueAt();
  if (dueAt !== undefined) clock.goTo(dueAt);
}

/** Resolves when every promise that can go on without the clock has done so. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
