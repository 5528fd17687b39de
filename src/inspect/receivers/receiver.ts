import type { WebSocket } from "ws";
import type { Dialect } from "./dialect.ts";
import type { MachinesListener, ShownMachine } from "./shown-machine.ts";

/** One who looks at machines. It is told what happens as fast as it takes it, and no faster. */
export interface Receiver extends MachinesListener {
  /** Moves that it was not told one by one. It was shown the machine as it stood afterwards, as soon as it took that. */
  readonly dropped: number;
}

/** The socket of a receiver, as far as it is used here. */
export type ReceiverSocket = Pick<WebSocket, "bufferedAmount" | "send" | "terminate">;

/** What waits for a receiver is held in memory: no more than this, and a frame. */
export const mostBufferedBytes = 1024 * 1024;
const defaultPatienceMs = 30_000;

/**
 * Tells a receiver of machines in its dialect.
 *
 * @param patienceMs - How long it may take nothing while as much waits for it as may; then it is disconnected.
 */
export function createReceiver(
  socket: ReceiverSocket,
  dialect: Dialect,
  patienceMs: number = defaultPatienceMs,
): Receiver {
  /** To be shown as they stand: new ones, and those of which it missed a move. */
  const due = new Set<ShownMachine>();
  const known = new Set<ShownMachine>();
  let dropped = 0;
  let patience: NodeJS.Timeout | undefined;

  function isFull(): boolean {
    if (socket.bufferedAmount < mostBufferedBytes) return false;
    patience ??= setTimeout(() => socket.terminate(), patienceMs).unref();
    return true;
  }
  function send(frames: readonly string[]): void {
    for (const frame of frames) socket.send(frame, goOn);
  }
  /** It has taken something, or will never take anything more. */
  function goOn(): void {
    clearTimeout(patience);
    patience = undefined;
    showDue();
  }
  function showDue(): void {
    for (const machine of due) {
      if (isFull()) return;
      due.delete(machine);
      known.add(machine);
      send(dialect.appeared(machine));
    }
  }

  return {
    get dropped() {
      return dropped;
    },
    appeared: (machine) => {
      due.add(machine);
      showDue();
    },
    moved: (machine, move) => {
      if (!due.has(machine) && !isFull()) return send(dialect.moved(machine, move));
      due.add(machine);
      dropped += 1;
    },
    // That can wait for nothing, and there is but one of it for each machine.
    gone: (machine) => {
      due.delete(machine);
      if (known.delete(machine)) send(dialect.gone(machine));
    },
  };
}
