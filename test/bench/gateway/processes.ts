import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

/** How a process is started. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a process on one core, what it prints going into a file. */
export function startOn(core: number, command: Command, logFile: string): ChildProcess {
  const log = openSync(logFile, "w");
  return spawn("taskset", ["-c", String(core), command.program, ...command.arguments], {
    env: { ...process.env, ...command.environment },
    stdio: ["ignore", log, log],
  });
}

/** Ends a process and waits for it; one that does not end by itself within two seconds is killed. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const patience = new AbortController();
  const killing = setTimeout(2_000, undefined, { signal: patience.signal }).then(
    () => child.kill("SIGKILL"),
    () => undefined,
  );
  await exited;
  patience.abort();
  await killing;
}

/** @throws Error unless something listens on the port within 20 seconds. */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isListening(port)) return;
    await setTimeout(100);
  }
  throw new Error(`Nothing listens on port ${port}`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (listens: boolean): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** A port that is free now, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** CPU time that a process and its descendants have used, all their threads, in milliseconds. */
export function cpuMsOf(pid: number): number {
  const threads = withDescendants(pid).flatMap((each) => threadsOf(each).map((thread) => `${each}/task/${thread}`));
  const runNs = threads.map((thread) => Number(textOf(`/proc/${thread}/schedstat`).split(" ")[0]));
  return runNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

/** Memory of a process and its descendants that is in RAM. */
export function residentBytesOf(pid: number): number {
  const kibibytes = withDescendants(pid).map((each) => /VmRSS:\s+(\d+)/.exec(textOf(`/proc/${each}/status`))?.[1] ?? 0);
  return kibibytes.reduce<number>((sum, each) => sum + Number(each), 0) * 1024;
}

/** CPU time that the whole machine has used on all cores, in milliseconds. */
export function machineCpuMs(): number {
  const [user = 0, nice = 0, system = 0, , , hardIrq = 0, softIrq = 0] = textOf("/proc/stat")
    .split("\n", 1)
    .flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number));
  return (user + nice + system + hardIrq + softIrq) * 10;
}

function withDescendants(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) => textOf(`/proc/${pid}/task/${thread}/children`).trim().split(" "));
  return [pid, ...children.filter((child) => child !== "").flatMap((child) => withDescendants(Number(child)))];
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty where the process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
