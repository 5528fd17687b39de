import { readFileSync } from "node:fs";
import type { Redis, RedisOptions } from "ioredis";
import type { Config } from "../../config/index.ts";
import { ConfigError } from "../../errors.ts";
import { claimScript, exchangeScript, releaseScript, writeScript } from "./scripts.ts";
import type { Ioredis } from "./load-ioredis.ts";

/** The configuration of a state in Redis. */
export type RedisSettings = Extract<Config["state"], { readonly kind: "redis" }>;

/** What is asked of Redis, by name. */
export interface ScriptedRedis extends Redis {
  keyswitchWrite(...keysAndValues: readonly (string | number)[]): Promise<readonly unknown[]>;
  keyswitchClaim(...keysAndValues: readonly (string | number)[]): Promise<string>;
  keyswitchRelease(...keysAndValues: readonly (string | number)[]): Promise<number>;
  keyswitchExchange(...keysAndValues: readonly (string | number)[]): Promise<readonly unknown[]>;
}

/** After this time without an answer a command, or an attempt to connect, is given up. */
export const patienceMs = 600;

/** Quick, so that replicas agree within a second of Redis's return; spread, so that they do not all come at once. */
const reconnectDelayMs = (): number => 50 + Math.random() * 100;

/** Opens a connection that is there again as soon as it can be, and on which nothing ever waits for that. */
export function connect({ Redis }: Ioredis, settings: RedisSettings): ScriptedRedis {
  const options: Omit<RedisOptions, "replyMapping"> = {
    ...addressOf(settings),
    ...(settings.username !== undefined && { username: settings.username }),
    ...(settings.password !== undefined && { password: settings.password.reveal() }),
    // Also proxies of managed services speak it.
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: 2 * patienceMs,
    commandTimeout: patienceMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // What listens subscribes when it is ready; what the client does by itself rejects where nobody hears it.
    autoResubscribe: false,
    retryStrategy: reconnectDelayMs,
    // After a failover the old primary answers so: the name has another address by now.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
  };
  const redis = new Redis(options);
  // Whoever uses it finds out by what it answers.
  redis.on("error", () => {});
  redis.defineCommand("keyswitchWrite", { numberOfKeys: 5, lua: writeScript });
  redis.defineCommand("keyswitchClaim", { numberOfKeys: 2, lua: claimScript });
  redis.defineCommand("keyswitchRelease", { numberOfKeys: 1, lua: releaseScript });
  redis.defineCommand("keyswitchExchange", { numberOfKeys: 6, lua: exchangeScript });
  return redis as ScriptedRedis;
}

function addressOf({ url, ca, sentinel }: RedisSettings): RedisOptions {
  const { protocol, hostname, port, pathname } = new URL(url);
  const isEncrypted = protocol === "rediss:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const tls = ca === undefined ? {} : { ca: certificatesOf(ca) };
  const db = Number(pathname.slice(1) || 0);
  if (sentinel === undefined) return { host, port: Number(port || 6379), db, ...(isEncrypted && { tls }) };
  return {
    sentinels: sentinel.nodes.map(nodeOf),
    // The name that sentinels know the primary by stands in the place of a host.
    name: host,
    db,
    sentinelRetryStrategy: reconnectDelayMs,
    sentinelCommandTimeout: patienceMs,
    ...(sentinel.username !== undefined && { sentinelUsername: sentinel.username }),
    ...(sentinel.password !== undefined && { sentinelPassword: sentinel.password.reveal() }),
    // Whoever encrypts the one encrypts the others: they take their settings from the same place.
    ...(isEncrypted && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

function certificatesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const issue = {
      path: "state.ca",
      found: `${path}, which cannot be read (${code})`,
      wanted: "a file of certificates",
    };
    throw new ConfigError({ issues: [issue], cause: error });
  }
}

function nodeOf(node: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${node}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 26_379) };
}
