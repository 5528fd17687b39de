import { parseDuration } from "../../machines/duration.ts";
import { type Clock, systemClock, type Timer } from "../engine/clock.ts";
import { KeyUnavailableError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { KeyCommand } from "./key-reference.ts";
import type { KeyFault, KeySource } from "./key-source.ts";
import { type CommandRun, nameOf, runCommand } from "./run-command.ts";

/** What a command source is given from outside. */
export interface CommandParts {
  readonly clock: Clock;
  /** Time for one run, in milliseconds; past it the command is killed. */
  readonly timeoutMs: number;
}

/** Tokens expire by the wall clock, which goes on while the machine sleeps. */
const wallClock: Clock = { ...systemClock, now: Date.now };

/** A fifth of its time is left for a token's successor to come. */
const refreshAtShare = 0.8;
/** However short its tokens live, a command is not run more often than that in the background. */
const leastPauseMs = 500;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/**
 * The key that a command prints, renewed before it expires.
 *
 * The first use runs the command, one run at a time whoever waits. From then on it is run in the background when 80 % of
 * `ttl` is over, and after a failure with growing pauses; a token that has not expired is used all the while.
 */
export function createCommandSource(
  reference: KeyCommand,
  { clock, timeoutMs }: CommandParts = { clock: wallClock, timeoutMs: 10_000 },
): KeySource {
  const ttlMs = parseDuration(reference.ttl) ?? 0;
  let token: { readonly key: Secret; readonly expiresAt: number } | undefined;
  let failure: (KeyFault & { readonly inRow: number; readonly retryAt: number }) | undefined;
  let running: { readonly run: CommandRun; readonly ended: Promise<void> } | undefined;
  let timer: Timer;
  let isClosed = false;

  const isFresh = (): boolean => token !== undefined && clock.now() < token.expiresAt;
  const unavailable = (fault: string): KeyUnavailableError =>
    new KeyUnavailableError({ source: "command", name: nameOf(reference), fault });

  function renew(): Promise<void> {
    if (running === undefined) {
      const run = runCommand(reference, timeoutMs);
      running = { run, ended: run.result.then(settle) };
    }
    return running.ended;
  }
  function settle(result: Secret | KeyFault): void {
    running = undefined;
    const now = clock.now();
    if (Secret.is(result)) {
      token = { key: result, expiresAt: now + ttlMs };
      failure = undefined;
      renewAfter(ttlMs * refreshAtShare);
    } else {
      const inRow = (failure?.inRow ?? 0) + 1;
      const pauseMs = Math.min(firstRetryMs * 2 ** (inRow - 1), longestRetryMs);
      failure = { ...result, inRow, retryAt: now + pauseMs };
      renewAfter(pauseMs);
    }
  }
  function renewAfter(delayMs: number): void {
    clock.clearTimer(timer);
    if (isClosed) return;
    timer = clock.setTimer(() => void renew(), Math.max(delayMs, leastPauseMs), "background");
  }
  async function tokenComes(): Promise<void> {
    const isResting = running === undefined && failure !== undefined && clock.now() < failure.retryAt;
    if (!isResting) await renew();
    if (failure !== undefined) throw unavailable(failure.fault);
  }

  return {
    current: () => token?.key,
    ready: () => {
      if (isFresh()) return undefined;
      return isClosed ? Promise.reject(unavailable("was stopped")) : tokenComes();
    },
    close: () => {
      isClosed = true;
      clock.clearTimer(timer);
      running?.run.kill();
    },
  };
}
