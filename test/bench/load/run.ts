/**
 * Load on a real gateway while its credentials die and recover at random: chat, embeddings and streams on 64 connections, an
 * upstream in a process of its own, at least one healthy credential at any time. It ends with 1 and the counterexamples
 *
 * - where a client saw an error that a healthy credential could have served,
 * - where a request was sent again after its first item, or an answer that is not whole ended as if it were,
 * - where memory grew, or an exchange with an upstream stayed open.
 *
 *     npm run load
 *     npm run load -- --seconds 600 --connections 128 --seed 7
 *     npm run load -- --against naive     a gateway that makes the usual mistakes: it must not pass
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { freePort, stop, untilListening } from "../gateway/processes.ts";
import { drive, type Experience } from "./clients.ts";
import { credentialIds, keyOf } from "./credentials.ts";
import { growthOf, type MemorySample, watchMemory } from "./memory.ts";
import type { UpstreamLog, UpstreamNews, UpstreamOrder } from "./upstream.ts";
import { judge } from "./verdict.ts";
import { seededRandom } from "./weather.ts";

const { values: chosen } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    connections: { type: "string", default: "64" },
    against: { type: "string", default: "keyswitch" },
    /** Makes the weather and the order of requests come again. */
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
  },
});
const lengthMs = Number(chosen.seconds) * 1_000;
const connections = Number(chosen.connections);
const seed = Number(chosen.seed);
const warmUpMs = Math.min(20_000, lengthMs / 3);

/** What may be held more in the second half of a run, garbage apart: some code is compiled late, but no call may leave a trace. */
const mostGrowthBytes = 6e6;
/** What is held goes up and down by some megabytes: a shorter watch would take that for growth. */
const shortestWatchMs = 30_000;

function modelOf(kind: "chat" | "embedding", baseURL: string): unknown {
  return {
    kind,
    model: kind,
    ...(kind === "embedding" && { dimension: 8 }),
    credentials: credentialIds.map((id) => ({ id, provider: "openai", api_base: baseURL, api_key: keyOf(id) })),
    timeout: "1500ms",
    first_byte_timeout: "1500ms",
    idle_timeout: "1500ms",
    retry: { max_retries: 1, base_delay: "50ms", max_delay: "200ms" },
    failback: { timeout: "1s", requests: 20, min_interval: "200ms", max_cooldown: "4s" },
  };
}

async function startUpstream(): Promise<{ readonly child: ChildProcess; readonly baseURL: string }> {
  const child = fork(fileURLToPath(import.meta.resolve("./upstream.ts")));
  const [news] = (await once(child, "message")) as [Extract<UpstreamNews, { baseURL: string }>];
  return { child, baseURL: news.baseURL };
}

const gateways: Readonly<Record<string, string>> = {
  keyswitch: "../../../src/cli/main.ts",
  naive: "./naive-gateway.ts",
};

async function startGateway(baseURL: string, folder: string): Promise<{ child: ChildProcess; url: string }> {
  const program = gateways[chosen.against];
  if (program === undefined) throw new Error(`--against takes ${Object.keys(gateways).join(" or ")}`);
  const port = await freePort();
  const config = join(folder, "keyswitch.json");
  writeFileSync(
    config,
    JSON.stringify({
      models: { chat: modelOf("chat", baseURL), embed: modelOf("embedding", baseURL) },
      gateway: { port },
      log: { level: "error" },
    }),
  );
  const child = fork(fileURLToPath(import.meta.resolve(program)), ["serve", "--config", config], {
    execArgv: ["--expose-gc", "--import", import.meta.resolve("./tell-memory.ts")],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await untilListening(port);
  return { child, url: `http://127.0.0.1:${port}` };
}

async function logOf(upstream: ChildProcess): Promise<UpstreamLog> {
  upstream.send({ order: "tell" } satisfies UpstreamOrder);
  const [{ log }] = (await once(upstream, "message")) as [Extract<UpstreamNews, { log: UpstreamLog }>];
  return log;
}

/** What a run left behind. */
interface Outcome {
  readonly log: UpstreamLog;
  readonly experiences: readonly Experience[];
  readonly memory: readonly MemorySample[];
}

async function run(folder: string): Promise<Outcome> {
  const { child: upstream, baseURL } = await startUpstream();
  const { child: gateway, url } = await startGateway(baseURL, folder);
  const load = { url, connections, random: seededRandom(seed + 1) };
  try {
    upstream.send({ order: "play", seed, lengthMs } satisfies UpstreamOrder);
    const early = await drive({ ...load, lengthMs: warmUpMs });
    const over = new AbortController();
    const watch = watchMemory(gateway, over.signal);
    const late = await drive({ ...load, lengthMs: lengthMs - warmUpMs });
    over.abort();
    const memory = await watch;
    // What the gateway has let go of reaches the upstream a moment later.
    await setTimeout(500);
    const log = await logOf(upstream);
    return { log, experiences: [...early, ...late], memory };
  } finally {
    await Promise.all([stop(gateway), stop(upstream)]);
  }
}

function counted<Item>(items: readonly Item[], name: (item: Item) => string): string {
  const groups = Map.groupBy(items, name);
  return [...groups].map(([each, { length }]) => `${length} ${each}`).join(", ");
}

function megabytes(bytes = 0): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Prints what came of it, and tells whether all is well. */
function report({ log, experiences, memory }: Outcome): boolean {
  const { counterexamples, unavoidable } = judge({ ...log, credentials: credentialIds, experiences });
  const growthBytes = growthOf(memory);
  const perSecond = experiences.length / (lengthMs / 1_000);
  console.log(
    `${experiences.length} requests (${perSecond.toFixed(0)}/s): ${counted(experiences, ({ kind }) => kind)}`,
  );
  console.log(`seen by clients: ${counted(experiences, ({ end }) => end)}; ${unavoidable} unavoidable`);
  console.log(`sent upstream: ${log.arrivals.length}, under ${log.spells.length} spells; seed ${seed}`);
  console.log(
    `memory: ${megabytes(memory.at(-1)?.heldBytes)} held, ${megabytes(growthBytes)} more in the second half; ` +
      `${megabytes(memory.at(-1)?.residentBytes)} resident`,
  );
  const isWatchedLong = lengthMs - warmUpMs >= shortestWatchMs;
  if (!isWatchedLong) console.log("too short to tell whether memory grows");
  const faults = [
    ...counterexamples.map(({ rule, request, explanation }) => ({
      rule,
      example: `request ${request}, ${explanation}`,
    })),
    ...(isWatchedLong && growthBytes > mostGrowthBytes ? [{ rule: "memory grows", example: "see above" }] : []),
    ...Array.from({ length: log.openExchanges }, () => ({
      rule: "an exchange stayed open",
      example: "at the upstream",
    })),
  ];
  for (const [rule, found] of Map.groupBy(faults, (fault) => fault.rule)) {
    console.log(`FAULT, ${found.length} times: ${rule}; first ${found[0]?.example}`);
  }
  console.log(faults.length === 0 ? "no fault" : `${faults.length} faults`);
  return faults.length === 0;
}

const folder = mkdtempSync(join(tmpdir(), "keyswitch-load-"));
try {
  process.exitCode = report(await run(folder)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
