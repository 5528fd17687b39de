/** State that replicas share through Redis. */
import type { StateConfigInput } from "../config/index.ts";
import { loadIoredis } from "../state/redis/load-ioredis.ts";

/** Where the Redis is, and who asks. */
export interface RedisStateOptions extends Pick<
  StateConfigInput,
  "namespace" | "username" | "password" | "ca" | "sentinel"
> {
  /** `redis://host:6379/0`, or `rediss://` over TLS; with `sentinel` the primary's name stands in the host's place. */
  readonly url: string;
}

/**
 * The `state` of a configuration whose replicas share what they learn (S15), as `state: { kind: redis }` of a file is.
 *
 * @example
 * ```ts
 * import { createKeyswitch } from "keyswitch";
 * import { redisState } from "keyswitch/redis";
 *
 * const keyswitch = createKeyswitch({
 *   models: { chat: { credentials: [{ provider: "openai", api_key: "${OPENAI_API_KEY}" }], model: "gpt-4o-mini" } },
 *   state: redisState({ url: "rediss://redis.example.com:6379", password: { file: "/run/secrets/redis" } }),
 * });
 * ```
 * @throws ConfigError where `ioredis` is not installed, with the command that installs it.
 */
export function redisState(options: RedisStateOptions): StateConfigInput {
  loadIoredis();
  return { kind: "redis", ...options };
}
