import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KeyswitchConfig } from "../../src/index.ts";
import type { Order, Report } from "./program.ts";

const programFile = fileURLToPath(new URL("program.ts", import.meta.url));

/** A process of its own that has a keyswitch. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it knew right after its start. */
  readonly start: Report;
  /** Has it do something, and tells what it knows then. */
  order(order: Order): Promise<Report>;
  /** Gives it nothing more to do; it ends by itself. Resolves with its exit code. */
  leave(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts one, and waits until it has read its state. */
export async function startChild(config: KeyswitchConfig): Promise<Child> {
  const child = spawn(process.execPath, [programFile, JSON.stringify(config)], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextReport = async (): Promise<Report> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The child process has ended");
    return JSON.parse(value) as Report;
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  return {
    process: child,
    start: await nextReport(),
    order: (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return nextReport();
    },
    leave: () => {
      child.stdin.end();
      return ended;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
