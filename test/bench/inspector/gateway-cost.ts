import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compiled, cores, measure } from "../gateway/measure.ts";
import { freePort, startOn, stop, untilListening } from "../gateway/processes.ts";
import { requestText, suites } from "../gateway/suites.ts";

/** Who looks: `off` is a gateway whose inspector is off. */
const settings = [
  { name: "inspector off", viewers: 0, inspector: false },
  { name: "no viewer", viewers: 0, inspector: true },
  { name: "one viewer", viewers: 1, inspector: true },
  { name: "ten viewers", viewers: 10, inspector: true },
] as const;

/** What a request costs a gateway under one setting, in each round. */
export interface GatewayCost {
  readonly name: string;
  /** CPU time a request, in microseconds. */
  readonly cpuUs: readonly number[];
  readonly requestsPerSecond: number;
}

const mainFile = fileURLToPath(import.meta.resolve("../../../src/cli/main.ts"));
const viewersFile = fileURLToPath(import.meta.resolve("./viewers.ts"));

/**
 * Measures CPU time a request with the inspector off, and with none, one and ten who look. Gateways have one core, the
 * upstream, the load and the viewers the other; settings are interleaved, so that whatever else the machine does falls on
 * all alike.
 */
export async function measureGateway(folder: string, rounds: number, seconds: number): Promise<readonly GatewayCost[]> {
  const [suite] = suites;
  if (suite === undefined) throw new Error("There is no load");
  mkdirSync(folder, { recursive: true });
  const children: ChildProcess[] = [];
  const start = (core: number, program: string, args: readonly string[], name: string): ChildProcess => {
    const child = startOn(core, { program, arguments: args }, join(folder, `${name}.log`));
    children.push(child);
    return child;
  };
  try {
    const loadGenerator = compiled("load-generator", folder);
    const upstreamPort = await freePort();
    const upstream = start(cores.load, compiled("fake-upstream", folder), [String(upstreamPort)], "upstream");
    await untilListening(upstreamPort);

    const gateways = new Map<boolean, { readonly child: ChildProcess; readonly port: number }>();
    for (const inspector of [false, true]) {
      const port = await freePort();
      const config = join(folder, `inspector-${inspector}.json`);
      writeFileSync(config, JSON.stringify(configOf(port, upstreamPort, inspector)));
      const name = inspector ? "inspected" : "off";
      const child = start(cores.target, process.execPath, [mainFile, "serve", "--config", config], name);
      gateways.set(inspector, { child, port });
      await untilListening(port);
    }

    const runOnce = async ({ viewers, inspector }: (typeof settings)[number]) => {
      const { child, port } = gateways.get(inspector) ?? { child: upstream, port: 0 };
      const looking =
        viewers === 0
          ? undefined
          : start(cores.load, process.execPath, [viewersFile, String(port), String(viewers)], "viewers");
      if (looking !== undefined) await pause(1_000);
      const requestFile = join(folder, `${port}.request`);
      writeFileSync(requestFile, requestText(suite, port, {}));
      const { connections } = suite;
      const pids = { upstreamPid: upstream.pid ?? 0, targetPid: child.pid ?? 0 };
      const measured = await measure({ loadGenerator, ...pids, port, connections, seconds, requestFile });
      if (looking !== undefined && looking.exitCode !== null) throw new Error("Nobody looked");
      if (looking !== undefined) await stop(looking);
      if (measured.ok === 0) throw new Error("No request was answered");
      return { cpuUs: (1_000 * measured.targetCpuMs) / measured.ok, perSecond: measured.ok / measured.seconds };
    };

    // Node makes its best of the code only after some ten thousand requests.
    for (let warmUp = 0; warmUp < 4; warmUp += 1) for (const setting of settings) await runOnce(setting);
    const results = settings.map(({ name }) => ({ name, cpuUs: [] as number[], perSecond: [] as number[] }));
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, setting] of settings.entries()) {
        const { cpuUs, perSecond } = await runOnce(setting);
        results[index]?.cpuUs.push(cpuUs);
        results[index]?.perSecond.push(perSecond);
      }
      console.error(`round ${round}`);
    }
    return results.map(({ name, cpuUs, perSecond }) => ({ name, cpuUs, requestsPerSecond: medianOf(perSecond) }));
  } finally {
    await Promise.all(children.map(stop));
  }
}

function configOf(port: number, upstreamPort: number, inspector: boolean): unknown {
  const credentials = ["a", "b"].map((id) => ({
    id,
    provider: "openai",
    api_base: `http://127.0.0.1:${upstreamPort}/v1`,
    api_key: `sk-${id}`,
  }));
  return { models: { "gpt-4o-mini": { model: "gpt-4o-mini", credentials } }, gateway: { port, inspector } };
}

/** The middle one. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
