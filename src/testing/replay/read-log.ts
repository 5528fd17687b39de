import * as z from "zod";
import { describe } from "../../config/describe.ts";
import { type Path, pathText, valueAt } from "../../config/path.ts";
import type { ChangeEvent } from "../../engine/model-events.ts";
import { UsageError } from "../../errors.ts";

/** A change of a model's machine, and where the log has it. */
export interface RecordedChange extends ChangeEvent {
  /** Counts from 1. */
  readonly line: number;
}

/** Reads a log line by line, and keeps the changes of machines that it finds. */
export interface LogReader {
  /** @throws UsageError for a line that is none of such a log, with its number. */
  read(text: string, line: number): void;
  readonly changes: readonly RecordedChange[];
  /** How many lines held something else: calls, moves, what the gateway did. */
  readonly otherLines: number;
}

const time = z.number();
const lease = z.object({ call: z.string(), until: time });
const slot = z.object({
  cooldownUntil: time.optional(),
  statedUntil: time.optional(),
  failedAt: time.optional(),
  failedFailbacks: z.int().optional(),
  probedInVain: z.boolean().optional(),
  disabled: z.boolean().optional(),
});
const state = z.object({
  at: time,
  home: z.string().nullable(),
  probe: z.object({ credential: z.string(), lease: lease.nullable(), undecided: z.boolean() }).nullable(),
  epoch: z.int(),
  served: z.int(),
  servingSince: time,
  ledByProbe: z.boolean(),
  slots: z.record(z.string(), slot),
});

const failures = ["AUTH", "QUOTA_EXCEEDED", "TRANSIENT", "UNKNOWN"] as const;
const requestFailures = ["PERMANENT", "INPUT_TOO_LARGE", "CONTENT_SAFETY"] as const;

/** What a machine is told (S2). */
const told = z.discriminatedUnion("type", [
  z.object({
    type: z.enum([...failures, ...requestFailures, "SUCCESS"]),
    credential: z.string(),
    call: z.string(),
    epoch: z.int(),
    first: z.boolean().optional(),
    routed: z.boolean().optional(),
    retryAfterMs: z.number().optional(),
  }),
  z.object({ type: z.literal("PROBE"), call: z.string(), until: time }),
  z.object({ type: z.literal("RELEASE"), call: z.string() }),
  z.object({ type: z.enum(["DISABLE", "ENABLE"]), credential: z.string() }),
  z.object({ type: z.enum(["RESET", "FAILBACK", "RESTORE"]) }),
]);

const change = z.object({
  model: z.string(),
  change: z.int().positive(),
  told: told.nullable(),
  rule: z.string().optional(),
  before: state,
  after: state,
});

/**
 * Makes a reader of any log that holds what models tell: the gateway's own (JSON lines), what `GET /admin/events` sends
 * (server-sent events), an inspector's export (JSON lines).
 */
export function createLogReader(): LogReader {
  const changes: RecordedChange[] = [];
  let otherLines = 0;
  let named: string | undefined;

  function keep(entry: Readonly<Record<string, unknown>>, kind: unknown, line: number): void {
    if (kind === "change") changes.push({ line, ...changeIn(entry, line) });
    else otherLines += 1;
  }

  return {
    changes,
    get otherLines() {
      return otherLines;
    },
    read: (text, line) => {
      const [, field, value = ""] = /^(event|data|id|retry): ?(.*)$/s.exec(text) ?? [];
      if (text.trim() === "" || field === "id" || field === "retry" || text.startsWith(":")) return;
      if (field === "event") named = value;
      else if (field === "data") keep(objectIn(value, line), named, line);
      else {
        const entry = objectIn(text, line);
        const { event, type, name } = entry;
        // An entry that is wrapped holds the event itself beside its name.
        if (typeof event === "object" && event !== null) keep({ ...event }, name ?? type, line);
        else keep(entry, event ?? type ?? name, line);
      }
    },
  };
}

function objectIn(text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError({ path: `line ${line}`, found: "a text that is not JSON", wanted: "an entry of a log" });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new UsageError({ path: `line ${line}`, found: describe(value), wanted: "an object, an entry of a log" });
}

function changeIn(entry: object, line: number): ChangeEvent {
  const parsed = change.safeParse(entry, { jitless: true });
  // JSON has no undefined, which the schema's optional members would allow.
  if (parsed.success) return { rule: undefined, ...parsed.data } as ChangeEvent;
  const path = (parsed.error.issues[0]?.path ?? []) as Path;
  throw new UsageError({
    path: `line ${line}: ${pathText(path)}`,
    found: describe(valueAt(entry, path)),
    wanted: "what a change of a machine has there",
  });
}
