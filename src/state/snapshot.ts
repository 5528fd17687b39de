import { createHash } from "node:crypto";
import { z } from "zod";
import { errorClasses } from "../../machines/index.ts";
import type { SavedModel } from "./store.ts";

/** Raised when what is saved changes its form, so that no release misreads another's. */
const version = 1;

const count = z.number().nonnegative();
const end = z.strictObject({ endsAt: z.number(), remainingMs: z.number() }).nullable();
const slots = z.strictObject({
  version: z.literal(1),
  savedAt: z.number(),
  home: z.string().nullable(),
  epoch: count,
  served: count,
  servingForMs: z.number(),
  ledByProbe: z.boolean(),
  probe: z.strictObject({ slot: z.string(), undecided: z.boolean() }).nullable(),
  slots: z.array(
    z.strictObject({
      id: z.string(),
      cooldown: end,
      stated: end,
      failedAgoMs: z.number().nullable(),
      failedFailbacks: count,
      probedInVain: z.boolean(),
      disabled: z.boolean(),
    }),
  ),
});
const usage = z.strictObject({
  attempts: count,
  served: count,
  failures: z.partialRecord(z.enum(errorClasses), count),
  inputTokens: count,
  outputTokens: count,
  unknownUsage: count,
});
const credential = z.strictObject({
  id: z.string(),
  connection: z.string(),
  disabledByConfig: z.boolean(),
  usage,
});
const snapshotForm: z.ZodType<Snapshot> = z.strictObject({
  salt: z.string(),
  models: z.array(z.tuple([z.string(), z.strictObject({ slots, credentials: z.array(credential) })])),
});

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
  // A sum can be right over what no release writes: a file that was edited by hand.
  return snapshotForm.safeParse(JSON.parse(body)).data ?? { fault: "holds what no release of keyswitch writes" };
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
