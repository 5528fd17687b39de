import type { Path } from "../path.ts";
import type { Change } from "./ledger.ts";

/** Why a member has no counterpart here, by its name. */
const reasons: Readonly<Record<string, string>> = {
  temperature: "OpenViking sends it with each of its requests",
  thinking: "OpenViking sends it with each of its requests",
  max_concurrent: "how much OpenViking asks for at once is its own business",
  media: "how OpenViking prepares audio and video is its own business",
  circuit_breaker: "OpenViking's queue goes on using it; here every credential rests by itself after a failure",
  text_source: "what OpenViking embeds is its own business",
  max_input_tokens: "what OpenViking embeds is its own business",
  version: "no request of this provider has it",
  model_path: "a model that runs inside OpenViking alone",
  cache_dir: "a model that runs inside OpenViking alone",
};

const ofTheBackup = "OpenViking does not use it of a backup either; the model's own holds for both";
const unused = "no credential takes it: each has its own, or is of another provider";
const elsewhere = "it stays in the ov.conf: only vlm and embedding are about models that are asked here";
const unread = "OpenViking does not read it either";

/** Members whose value is one, however deep. */
const whole: ReadonlySet<string | number> = new Set(["extra_headers", "extra_request_body", "extra_body", "media"]);

const entryFields: ReadonlySet<string | number | undefined> = new Set([
  "api_key",
  "api_base",
  "api_version",
  "forward_api_key",
  "extra_headers",
  "extra_request_body",
  "stream",
]);

/** Everything in the `ov.conf` that nobody has written down yet, each with its reason: nothing is lost in silence. */
export function leftovers(input: Readonly<Record<string, unknown>>, changes: readonly Change[]): readonly Change[] {
  const told = new Set(changes.flatMap(({ from }) => (from === undefined ? [] : [keyOf(from)])));
  const isTold = (path: Path): boolean => path.some((_, depth) => told.has(keyOf(path.slice(0, depth + 1))));
  return leavesOf(input)
    .filter((path) => !isTold(path))
    .map((from) => ({ from, to: undefined, why: reasonFor(from) }));
}

function reasonFor(path: Path): string {
  const [section, member] = path;
  if (section !== "vlm" && section !== "embedding") return elsewhere;
  const known = path.map((segment) => reasons[String(segment)]).find((reason) => reason !== undefined);
  if (known !== undefined) return known;
  if (path.includes("providers") && !entryFields.has(path.at(-1))) return unread;
  return member === "backup" && path.length === 3 && !entryFields.has(path.at(-1)) ? ofTheBackup : unused;
}

function leavesOf(input: Readonly<Record<string, unknown>>): readonly Path[] {
  return Object.entries(input).flatMap(([section, value]) =>
    section === "vlm" || section === "embedding" ? leavesUnder(value, [section]) : [[section]],
  );
}

/** Null and empty objects say nothing that could be lost. */
function leavesUnder(value: unknown, path: Path): readonly Path[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object" || whole.has(path.at(-1) ?? "")) return [path];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesUnder(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
