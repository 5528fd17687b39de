import { createHmac, randomBytes } from "node:crypto";
import { Secret } from "../secret.ts";

/** Drawn anew in each process, so that a fingerprint that gets out confirms no guess. */
const saltOfProcess = randomBytes(32);

/**
 * Tells plain data with secrets in it from other such data, and holds none of it.
 *
 * @param salt - Those of different salts cannot be compared.
 */
export function fingerprint(value: unknown, salt: Uint8Array = saltOfProcess): string {
  const digest = (text: string): string => createHmac("sha256", salt).update(text).digest("base64url");
  return digest(JSON.stringify(canonical(value, digest)) ?? "");
}

/** The value with its members in one order, and digests for its secrets. */
function canonical(value: unknown, digest: (text: string) => string): unknown {
  if (Secret.is(value)) return { secret: digest(value.reveal()) };
  if (Array.isArray(value)) return value.map((item) => canonical(item, digest));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member, digest)]));
}
