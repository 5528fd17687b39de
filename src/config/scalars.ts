import { parseDuration } from "../../machines/duration.ts";
import { choice, leaf } from "./leaf.ts";
import type { Leaf } from "./leaf.ts";
import type { Duration, Size } from "./options.ts";

const longestMs = 365 * 86_400_000;
const durationUnits = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;
const sizeUnits = [
  ["gb", 1024 ** 3],
  ["mb", 1024 ** 2],
  ["kb", 1024],
  ["b", 1],
] as const;

/** A span of time, as the shortest text that says it to the millisecond. `allowZero`: whether none at all will do. */
export function duration({ allowZero = false } = {}): Leaf<Duration, string> {
  return leaf((value, refuse) => canonicalDuration(value, allowZero) ?? refuse(wantedDuration(allowZero)));
}

/** A span of time, or `none`. */
export function durationOrNone(): Leaf<Duration, string> {
  return leaf((value, refuse) => {
    if (value === "none") return value;
    return canonicalDuration(value, false) ?? refuse(`${wantedDuration(false)}, or none`);
  });
}

/** Milliseconds of a span of time that was accepted. */
export function durationMs(accepted: string): number {
  return Math.round(parseDuration(accepted) ?? Number.NaN);
}

/** The shortest text that says a span of time, at most a year; `undefined` for what is none. */
export function canonicalDuration(value: unknown, allowZero: boolean): string | undefined {
  const ms = Math.round(parseDuration(value) ?? Number.NaN);
  return ms <= longestMs && ms >= (allowZero ? 0 : 1) ? inLargestUnit(ms, durationUnits, "0s") : undefined;
}

/** What a span of time must be. */
export function wantedDuration(allowZero: boolean): string {
  return `seconds or a text such as "500ms", "30s", "10m", "24h", ${allowZero ? "not negative" : "more than 0"} and at most a year`;
}

/** A number of bytes, at most 1 GiB, as the shortest text that says it. */
export function size(): Leaf<Size, string> {
  return leaf((value, refuse) => {
    const bytes = parseSize(value);
    const isInRange = bytes !== undefined && bytes >= 1 && bytes <= 1024 ** 3;
    return isInRange
      ? inLargestUnit(bytes, sizeUnits, "0b")
      : refuse('bytes or a text such as "64kb", "20mb", at most "1gb"');
  });
}

function parseSize(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  const match = typeof value === "string" ? /^(\d{1,10}(?:\.\d{1,3})?)(b|kb|mb|gb)$/i.exec(value) : null;
  const unit = sizeUnits.find(([name]) => name === match?.[2]?.toLowerCase());
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit[1]);
}

/** The bytes of a size that was accepted. */
export function sizeBytes(accepted: string): number {
  return parseSize(accepted) ?? Number.NaN;
}

/** How often something may happen, as `600/m`. */
export function rate(): Leaf<string, string> {
  return leaf((value, refuse) => {
    const match = typeof value === "string" ? /^([1-9]\d{0,8})\/[smhd]$/.exec(value) : null;
    return match?.[0] ?? refuse("a count per second, minute, hour or day, such as 600/m");
  });
}

function inLargestUnit(amount: number, units: readonly (readonly [string, number])[], zero: string): string {
  const unit = units.find(([, worth]) => amount >= worth && amount % worth === 0);
  return unit === undefined ? zero : `${amount / unit[1]}${unit[0]}`;
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Leaf<number, number> {
  return leaf((value, refuse) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : refuse(`a whole number from ${min} to ${max}`),
  );
}

/** A number within bounds. */
export function number(min: number, max: number): Leaf<number, number> {
  return leaf((value, refuse) =>
    typeof value === "number" && value >= min && value <= max ? value : refuse(`a number from ${min} to ${max}`),
  );
}

/** `true` or `false`; a text that says so is neither. */
export function flag(): Leaf<boolean, boolean> {
  return leaf((value, refuse) => (typeof value === "boolean" ? value : refuse(choice(value, ["true", "false"]))));
}

/** A text of one line that is not blank. */
export function text(what: string): Leaf<string, string> {
  return leaf((value, refuse) =>
    typeof value === "string" && /^\P{Cc}{1,1024}$/u.test(value) && value.trim() !== "" ? value : refuse(what),
  );
}

/** A host's name in lower case, as it stands in a `Host` header. */
export function hostName(): Leaf<string, string> {
  return leaf((value, refuse) => {
    const name = typeof value === "string" ? value.toLowerCase() : "";
    const labels = name.split(".");
    const isName = name.length <= 253 && labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
    return isName ? name : refuse("a host's name alone, such as llm.example.com: no scheme, no port, no *");
  });
}

/** An address as `host:port`. */
export function hostAndPort(): Leaf<string, string> {
  return leaf((value, refuse) =>
    typeof value === "string" && /^(?:[\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]):\d{1,5}$/.test(value)
      ? value
      : refuse("a host and a port, such as 10.0.0.5:26379"),
  );
}

/** A name by which people and events know a credential or a client (S1). */
export function id(): Leaf<string, string> {
  return leaf((value, refuse) =>
    typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(value)
      ? value
      : refuse("a letter or digit, then at most 63 of letters, digits and _ . -"),
  );
}
