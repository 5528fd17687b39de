import { it } from "vitest";
import { killAgain, kills, timeoutMs } from "./kill-again.ts";
import { stateFile } from "./state-files.ts";

it(
  `never starts broken, nor without a cooldown that was known in time, after ${kills} times kill -9 at any point`,
  { timeout: timeoutMs },
  () =>
    killAgain({
      state: { kind: "file", path: stateFile() },
      known: ({ start }) => start,
      // The 250 ms before a move is written, and what a busy machine's disk may take.
      safeAfterMs: 1000,
      mostPauseMs: 600,
    }),
);
