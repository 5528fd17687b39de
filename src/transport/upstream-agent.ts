import { Agent } from "undici";

/**
 * Makes the pool of connections to upstreams. They are kept alive; whoever makes the pool closes it.
 *
 * Its own timers are off: the engine has the only ones (S26), and undici's are a second coarse.
 */
export function createUpstreamAgent(): Agent {
  return new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 });
}
