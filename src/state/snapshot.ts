import { createHash } from "node:crypto";
import type { SavedModel } from "./store.ts";

/** Raised when what is saved changes its form, so that no release misreads another's. */
const version = 1;

/** What a state file holds. */
export interface Snapshot {
  /** In base64url. */
  readonly salt: string;
  readonly models: readonly (readonly [id: string, saved: SavedModel])[];
}

/** Why a text is no snapshot: the end of a sentence that begins with "it". */
export interface SnapshotFault {
  readonly fault: string;
}

/** A line that tells the form and the checksum, and the rest, which that covers to the last byte. */
export function encodeSnapshot(snapshot: Snapshot): string {
  const body = `${JSON.stringify(snapshot)}\n`;
  return `keyswitch-state ${version} ${checksum(body)}\n${body}`;
}

/** Reads what {@link encodeSnapshot} wrote, and nothing else. */
export function decodeSnapshot(text: string): Snapshot | SnapshotFault {
  const [head = "", found, sum] = /^keyswitch-state (\d{1,9}) (\w{64})\n/.exec(text) ?? [];
  if (found === undefined) return { fault: "is no state of keyswitch" };
  if (Number(found) !== version) return { fault: `has version ${found}, and this release reads version ${version}` };
  const body = text.slice(head.length);
  if (checksum(body) !== sum) return { fault: "is damaged" };
  return JSON.parse(body) as Snapshot;
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
