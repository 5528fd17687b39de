import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { basename } from "node:path";
import type { Secret } from "../secret.ts";
import type { KeyCommand } from "./key-reference.ts";
import type { KeyFault } from "./key-source.ts";
import { sealKey } from "./seal-key.ts";

const mostBytes = 64 * 1024;
const isWindows = process.platform === "win32";

/** A command that runs. */
export interface CommandRun {
  readonly result: Promise<Secret | KeyFault>;
  /** Ends it, and what it started. */
  kill(): void;
}

/** What errors call a command: its program alone, since its arguments may be keys. */
export function nameOf({ command: [program] }: KeyCommand): string {
  return basename(program);
}

/**
 * Runs a command that prints a key. There is no shell; its errors go nowhere, since they may hold keys; and it keeps
 * no process alive.
 */
export function runCommand({ command: [program, ...args] }: KeyCommand, timeoutMs: number): CommandRun {
  const { promise: result, resolve } = Promise.withResolvers<Secret | KeyFault>();
  let child: ChildProcess;
  try {
    child = spawn(
      program,
      args.map((arg) => arg.reveal()),
      // In a group of its own it can be ended together with what it started: what hangs is often a wrapper's child.
      { stdio: ["ignore", "pipe", "ignore"], detached: !isWindows, windowsHide: true },
    );
  } catch (error) {
    resolve(notStarted(error));
    return { result, kill: () => undefined };
  }

  const printed: Buffer[] = [];
  let printedBytes = 0;
  const giveUp = (fault: string): void => {
    resolve({ fault });
    killGroup(child);
  };
  const timer = setTimeout(() => giveUp(`did not end within ${timeoutMs / 1000} s`), timeoutMs).unref();
  child.stdout?.on("data", (chunk: Buffer) => {
    printedBytes += chunk.length;
    if (printedBytes > mostBytes) giveUp(`printed more than ${mostBytes} bytes`);
    else printed.push(chunk);
  });
  child.on("error", (error) => {
    clearTimeout(timer);
    resolve(notStarted(error));
  });
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    if (signal !== null) resolve({ fault: `was ended by ${signal}` });
    else if (code !== 0) resolve({ fault: `exited with ${code}` });
    else resolve(sealKey(Buffer.concat(printed).toString(), { hold: "printed", empty: "printed nothing" }));
  });
  child.unref();
  (child.stdout as Socket).unref();
  return { result, kill: () => giveUp("was stopped") };
}

/** Its message may quote the arguments; its code does not. */
function notStarted(error: unknown): KeyFault {
  return { fault: `could not be started (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
}

function killGroup(child: ChildProcess): void {
  child.stdout?.destroy();
  try {
    if (isWindows || child.pid === undefined) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
