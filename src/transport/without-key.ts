import type { Credential } from "../config/runtime.ts";
import type { Secret } from "../secret.ts";
import type { AnswerHeaders } from "./answer-headers.ts";
import type { KeptAnswer } from "./upstream-failure.ts";

const redacted = "[redacted]";
/** Shorter secrets, as a header's `1` or `beta`, are none, and would spoil what they happen to occur in. */
const shortestKeyChars = 8;

/** What a credential sends that its callers must not see. */
export type Keys = Pick<Credential, "apiKey" | "ak" | "sk" | "headers">;

/**
 * An upstream's failure as its caller may see it: as it came, unless it quotes the key that it was sent, as relays do.
 */
export function withoutKey(answer: KeptAnswer, keys: Keys): KeptAnswer {
  const headers = headersWithoutKey(answer.headers, keys);
  const body = bytesWithoutKey(answer.body, keys);
  if (body === answer.body) return { ...answer, headers };
  const { "content-length": _, ...others } = headers;
  return { ...answer, headers: others, body };
}

/** Bytes of an upstream's words on a failure, without the key, however JSON may have escaped it. */
export function bytesWithoutKey(bytes: Buffer, keys: Keys): Buffer {
  const text = bytes.toString("latin1");
  const rest = textWithoutKey(text, keyFormsOf(keys));
  return rest === text ? bytes : Buffer.from(rest, "latin1");
}

/** An answer's headers without the key. Nearly every value is shorter than a key, and is not looked into. */
export function headersWithoutKey(headers: Readonly<AnswerHeaders>, keys: Keys): Readonly<AnswerHeaders> {
  const forms = keyFormsOf(keys);
  const quoting = Object.keys(headers).filter((name) => name !== "content-type" && quotes(headers[name] ?? "", forms));
  if (quoting.length === 0) return headers;
  const clean = quoting.map((name) => [name, [headers[name] ?? ""].flat().map((text) => textWithoutKey(text, forms))]);
  return { ...headers, ...(Object.fromEntries(clean) as AnswerHeaders) };
}

function quotes(value: string | readonly string[], forms: readonly KeyForms[]): boolean {
  if (typeof value !== "string") return value.some((text) => quotes(text, forms));
  return textWithoutKey(value, forms) !== value;
}

/** A key, and all the ways in which a JSON text may write it. */
interface KeyForms {
  readonly shortestChars: number;
  readonly pattern: RegExp;
}

/** By secret and not by credential, whose key may change. */
const known = new WeakMap<Secret, KeyForms | "none">();

function keyFormsOf({ apiKey, ak, sk, headers }: Keys): readonly KeyForms[] {
  return [apiKey, ak, sk, ...Object.values(headers)].map(formsOf).filter((forms) => forms !== "none");
}

function formsOf(secret: Secret): KeyForms | "none" {
  let forms = known.get(secret);
  if (forms === undefined) {
    const key = secret.reveal().replace(authorizationScheme, "");
    forms = key.length < shortestKeyChars ? "none" : { shortestChars: key.length, pattern: patternOf(key) };
    known.set(secret, forms);
  }
  return forms;
}

/** It is no secret, and a key may be quoted without it. */
const authorizationScheme = /^(?:bearer|basic|token|key)\s+/i;

function textWithoutKey(text: string, forms: readonly KeyForms[]): string {
  return forms.reduce(
    (rest, { shortestChars, pattern }) => (rest.length < shortestChars ? rest : rest.replace(pattern, redacted)),
    text,
  );
}

/**
 * Matches the key with each character as it is or as `\u0073`, and with the backslashes that JSON puts, or may put, before
 * some of them; of these there are more in a JSON text that is quoted in another.
 */
function patternOf(key: string): RegExp {
  return new RegExp(Array.from(key, characterPattern).join(""), "g");
}

function characterPattern(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
  const anyCaseHex = Array.from(hex, (digit) => `[${digit}${digit.toUpperCase()}]`).join("");
  const plain =
    character === "\\" ? String.raw`\\` : `[${character === "]" || character === "^" ? "\\" : ""}${character}]`;
  const escapes = /["/\\]/.test(character) ? String.raw`\\{0,3}` : "";
  return String.raw`(?:${escapes}${plain}|\\{1,3}u00${anyCaseHex})`;
}
