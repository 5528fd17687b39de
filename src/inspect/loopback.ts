import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Secret } from "../secret.ts";

/** A key that nobody can guess. */
export function freshToken(): Secret {
  return Secret.of(randomBytes(24).toString("base64url"));
}

/**
 * Begins to listen to this machine only.
 *
 * @param token - Told in the address's fragment, which browsers send to nobody.
 * @returns the address to open.
 */
export async function listenOnLoopback(server: Server, port: number, token: Secret | undefined): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: "127.0.0.1", port }, resolve);
  try {
    await promise;
  } finally {
    server.off("error", reject);
  }
  const { port: taken } = server.address() as AddressInfo;
  return `http://127.0.0.1:${taken}/${token === undefined ? "" : `#key=${token.reveal()}`}`;
}
