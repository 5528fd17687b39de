import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../errors.ts";

/**
 * Makes the HTTP server. What reads requests is Node's own parser in its strict mode: a request that two servers could
 * read in two ways is refused with 400. A client that is slow to say what it wants is cut off.
 */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      requireHostHeader: true,
      maxHeaderSize: 32 * 1024,
      headersTimeout: 20_000,
      // The whole of a request, its body included.
      requestTimeout: 300_000,
      connectionsCheckingInterval: 5_000,
      // Longer than load balancers keep theirs idle (60 s is common): or they would send a call into a closing connection.
      keepAliveTimeout: 75_000,
    },
    listener,
  );
  server.maxConnections = 10_000;
  // Their bytes are bound, and not their number: some versions of Node drop those above it without a word, and with them
  // what a proxy appends, as `x-forwarded-for`.
  server.maxHeadersCount = 0;
  return server;
}

/**
 * Begins to listen.
 *
 * @throws ConfigError if the address or the port is not to be had.
 */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: host.replace(/^\[(.*)\]$/, "$1"), port }, resolve);
  try {
    await promise;
  } catch (error) {
    throw notListening(error, host, port);
  } finally {
    server.off("error", reject);
  }
  return server.address() as AddressInfo;
}

function notListening(cause: unknown, host: string, port: number): ConfigError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  const issues = [
    faults[code]?.(host, port) ?? { path: "gateway.host", found: `${host} (${code})`, wanted: localAddress },
  ];
  return new ConfigError({ issues, cause });
}

const localAddress = "an address of this machine";

const faults: Readonly<Record<string, (host: string, port: number) => ConfigError["issues"][number]>> = {
  EADDRINUSE: (_, port) => ({
    path: "gateway.port",
    found: `${port}, on which another process listens`,
    wanted: "a free port; 0 takes any",
  }),
  EACCES: (_, port) => ({
    path: "gateway.port",
    found: `${port}, which this user may not listen on`,
    wanted: "a port from 1024 on; 0 takes any",
  }),
};

/** Where a client reaches what listens there. */
export function urlOf(host: string, { port }: AddressInfo): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
