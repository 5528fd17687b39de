import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { cpuMsOf, machineCpuMs, residentBytesOf } from "./processes.ts";

/** What the load generator saw. Times in microseconds. */
interface LoadReport {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly answers: number;
  readonly ok: number;
  readonly broken: number;
  readonly events: number;
  readonly latencyUs: Percentiles;
  readonly firstEventUs: Percentiles;
  readonly gapUs: Percentiles;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** One run of one load against one target. */
export interface Measurement extends LoadReport {
  /** CPU time of the target. */
  readonly targetCpuMs: number;
  readonly residentBytes: number;
  /** CPU time that neither the target nor the harness used, as a share of the run: whatever else this machine did. */
  readonly foreignShare: number;
}

/** The cores that the harness divides: load and upstream share one, the target has the other. */
export const cores = { load: 0, target: 1 } as const;

/** Compiles one of the native programs, and tells where it is. */
export function compiled(name: "fake-upstream" | "load-generator", folder: string): string {
  const program = join(folder, name);
  execFileSync("gcc", ["-O2", "-o", program, join(import.meta.dirname, "native", `${name}.c`)]);
  return program;
}

/** What a run needs. */
export interface Run {
  readonly loadGenerator: string;
  readonly upstreamPid: number;
  readonly targetPid: number;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly requestFile: string;
}

/** Puts load on a target for a while. */
export async function measure(run: Run): Promise<Measurement> {
  const { upstreamPid, targetPid } = run;
  const read = () => ({
    machine: machineCpuMs(),
    own: process.cpuUsage(),
    upstream: cpuMsOf(upstreamPid),
    target: cpuMsOf(targetPid),
  });
  const before = read();
  const report = await load(run);
  const after = read();
  const targetCpuMs = after.target - before.target;
  const ownMs = (after.own.user + after.own.system - before.own.user - before.own.system) / 1_000;
  const accountedMs = targetCpuMs + ownMs + after.upstream - before.upstream + report.cpuMs;
  const foreignMs = Math.max(0, after.machine - before.machine - accountedMs);
  return {
    ...report,
    targetCpuMs,
    residentBytes: residentBytesOf(targetPid),
    foreignShare: foreignMs / (report.seconds * 1_000),
  };
}

async function load({ loadGenerator, port, connections, seconds, requestFile }: Run): Promise<LoadReport> {
  const { stdout } = await promisify(execFile)("taskset", [
    "-c",
    String(cores.load),
    loadGenerator,
    ...[port, connections, seconds].map(String),
    requestFile,
  ]);
  return JSON.parse(stdout) as LoadReport;
}
