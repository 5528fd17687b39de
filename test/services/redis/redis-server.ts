import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";

/** A real Redis, with a port and a directory of its own. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** For the test's own questions. */
  readonly client: Redis;
  start(): Promise<void>;
  /** Ends it; what it held is gone unless it was told to save. */
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}

/**
 * Starts a Redis.
 *
 * @throws where `redis-server` is not installed: the test fails then.
 */
export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-redis-"));
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 50, protocol: 2 });
  client.on("error", () => {});
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const fixed = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      directory,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    server = spawn("redis-server", [...fixed, ...options], { stdio: ["ignore", "ignore", "inherit"] });
    const failed = once(server, "error").then(([error]) => {
      throw new Error("These tests need redis-server", { cause: error });
    });
    failed.catch(() => {});
    await Promise.race([failed, answers()]);
  }
  async function answers(): Promise<void> {
    if (client.status === "wait") await client.connect().catch(() => {});
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if ((await client.ping().catch(() => "")) === "PONG") return;
      await wait(25);
    }
    throw new Error("redis-server does not answer");
  }
  async function stop(): Promise<void> {
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    start,
    stop,
    pause: () => void server?.kill("SIGSTOP"),
    resume: () => void server?.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
