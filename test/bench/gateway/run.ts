/**
 * What a request costs in the gateway, beside the cheapest proxy on Node, nginx, and Portkey's gateway. Upstream and load
 * have one core, the target has the other; CPU time is what the kernel counted for all threads of the target, and rounds
 * are interleaved, so that whatever else the machine does falls on all alike.
 *
 *     npm run bench:gateway
 *     npm run bench:gateway -- --targets bare,keyswitch --suites chat --rounds 15 --seconds 1
 *     npm run bench:gateway -- --targets bare,keyswitch --profile /tmp/profile
 *
 * It needs Linux, two cores, gcc and taskset; nginx takes part where Debian's is installed. Portkey is installed from npm
 * into a folder under the system's temporary one.
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compiled, cores, type Measurement, measure } from "./measure.ts";
import { type Command, freePort, startOn, stop, untilListening } from "./processes.ts";
import { table } from "./report.ts";
import { requestText, type Suite, suites } from "./suites.ts";
import { type Target, targets } from "./targets.ts";

const { values: chosen } = parseArgs({
  options: {
    targets: { type: "string", default: targets.map(({ name }) => name).join() },
    suites: { type: "string", default: suites.map(({ name }) => name).join() },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "2" },
    "warm-up": { type: "string", default: "8" },
    /** The share of foreign CPU, in percent, above which a run is done again, three times at most. */
    "most-foreign": { type: "string", default: "25" },
    /** A folder for CPU profiles of keyswitch. */
    profile: { type: "string" },
  },
});
const folder = join(tmpdir(), "keyswitch-bench");
const mostForeignShare = Number(chosen["most-foreign"]) / 100;
const mostRepeats = 3;

/** A target that runs. */
interface Running {
  readonly target: Target;
  readonly child: ChildProcess;
  readonly port: number;
}

const children: ChildProcess[] = [];

function start(core: number, command: Command, name: string): ChildProcess {
  const child = startOn(core, command, join(folder, `${name}.log`));
  children.push(child);
  return child;
}

async function startTarget(target: Target, upstreamPort: number): Promise<Running> {
  const port = await freePort();
  const command = target.command({ port, upstreamPort, folder: folderOf(target) });
  const child = start(cores.target, target.name === "keyswitch" ? profiled(command) : command, target.name);
  await untilListening(port);
  return { target, child, port };
}

function folderOf({ name }: Target): string {
  return join(folder, name);
}

function profiled(command: Command): Command {
  const { profile } = chosen;
  if (profile === undefined) return command;
  return { ...command, arguments: ["--cpu-prof", `--cpu-prof-dir=${profile}`, ...command.arguments] };
}

function requestFile({ target, port }: Running, suite: Suite, upstreamPort: number): string {
  const path = join(folderOf(target), `${suite.name}.request`);
  writeFileSync(path, requestText(suite, port, target.headers?.(upstreamPort) ?? {}));
  return path;
}

async function quietly(run: () => Promise<Measurement>): Promise<Measurement> {
  let last = await run();
  for (let repeats = 0; repeats < mostRepeats && last.foreignShare > mostForeignShare; repeats += 1) last = await run();
  return last;
}

async function runAll(): Promise<void> {
  const wanted = targets.filter(({ name, isAvailable }) => named(chosen.targets, name) && isAvailable?.() !== false);
  const wantedSuites = suites.filter(({ name }) => named(chosen.suites, name));
  for (const target of wanted) {
    mkdirSync(folderOf(target), { recursive: true });
    target.prepare?.(folderOf(target));
  }
  const loadGenerator = compiled("load-generator", folder);
  const upstreamPort = await freePort();
  const upstreamProgram = compiled("fake-upstream", folder);
  const upstream = start(cores.load, { program: upstreamProgram, arguments: [String(upstreamPort)] }, "upstream");
  await untilListening(upstreamPort);
  const running = await Promise.all(wanted.map((target) => startTarget(target, upstreamPort)));

  const runOnce = (each: Running, suite: Suite, seconds: string): Promise<Measurement> =>
    measure({
      loadGenerator,
      upstreamPid: upstream.pid ?? 0,
      targetPid: each.child.pid ?? 0,
      port: each.port,
      connections: suite.connections,
      seconds: Number(seconds),
      requestFile: requestFile(each, suite, upstreamPort),
    });
  for (const each of running) for (const suite of wantedSuites) await runOnce(each, suite, chosen["warm-up"]);

  const results = new Map(wantedSuites.map((suite) => [suite, running.map(() => [] as Measurement[])]));
  for (let round = 1; round <= Number(chosen.rounds); round += 1) {
    for (const [suite, runs] of results) {
      for (const [index, each] of running.entries()) {
        runs[index]?.push(await quietly(() => runOnce(each, suite, chosen.seconds)));
      }
      console.error(`round ${round}: ${suite.name}`);
    }
  }
  for (const [suite, runs] of results) {
    console.log(
      table(
        suite,
        running.map(({ target }, index) => ({ target: target.name, runs: runs[index] ?? [] })),
      ),
    );
  }
}

function named(list: string, name: string): boolean {
  return list.split(",").includes(name);
}

try {
  await runAll();
} finally {
  await Promise.all(children.map(stop));
}
