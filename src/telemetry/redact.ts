import { KeyswitchError } from "../errors.ts";
import { Secret } from "../secret.ts";

const redacted = "[redacted]";
const deepestLevel = 6;

/** Fields that hold a key, a session or what users wrote, compared without case, `-` and `_`: of headers, queries, configurations. */
const hiddenFields = new Set([
  "authorization",
  "proxyauthorization",
  "xapikey",
  "apikey",
  "xgoogapikey",
  "xamzsecuritytoken",
  "cookie",
  "setcookie",
  "accesstoken",
  "refreshtoken",
  "adminkey",
  "password",
  "secret",
  "ak",
  "sk",
  "body",
  "prompt",
  "messages",
]);

const keyInQuery = /([?&](?:key|api[-_]?key|access[-_]?token|token|sig|signature|x-amz-[a-z-]+)=)[^&#\s"']+/gi;
const keyAfterScheme = /\b(bearer|basic)\s+[\w.~+/=-]+/gi;

/** A text without the keys that a URL's query or an authorization header would show. */
function redactText(text: string): string {
  return text.replaceAll(keyInQuery, `$1${redacted}`).replaceAll(keyAfterScheme, `$1 ${redacted}`);
}

/** A plain copy that is fit for a log: no key, no body, and of a foreign error no text, since that may quote either. */
export function redact(value: unknown, level = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Secret.is(value)) return redacted;
  if (value instanceof Error || KeyswitchError.isInstance(value)) return describeError(value, level);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (level === deepestLevel) return "[…]";
  if (Array.isArray(value)) return value.map((each) => redact(each, level + 1));
  if ("toJSON" in value && typeof value.toJSON === "function") return redact(value.toJSON(), level + 1);
  return redactFields(value, level);
}

/** The fields of an object, those with a telling name hidden. */
export function redactFields(fields: object, level = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isHidden(name) ? redacted : redact(value, level + 1)]),
  );
}

function isHidden(name: string): boolean {
  return hiddenFields.has(name.toLowerCase().replaceAll(/[-_]/g, ""));
}

/** What may be told of an error: our own words, anybody's name and code, and where it happened. */
function describeError(error: Error, level: number): object {
  const isOurs = KeyswitchError.isInstance(error);
  return {
    type: error.name,
    ...("code" in error && isCode(error.code) && { code: error.code }),
    ...(isOurs && { message: redactText(error.message) }),
    stack: framesOf(error.stack),
    ...(error.cause !== undefined && level < deepestLevel && { cause: redact(error.cause, level + 1) }),
  };
}

/** Clients copy an upstream's code into their errors: only what cannot be prose is one. */
function isCode(code: unknown): boolean {
  return typeof code === "number" || (typeof code === "string" && /^[\w.-]{1,64}$/.test(code));
}

const frame = /^ {4}at .+:\d+:\d+\)?$/;

function framesOf(stack: string | undefined): readonly string[] {
  return (stack ?? "")
    .split("\n")
    .filter((line) => frame.test(line))
    .map((line) => line.trim());
}
