import type { Credential } from "../config/runtime.ts";
import type { Secret } from "../secret.ts";
import type { AnswerHeaders } from "./answer-headers.ts";
import type { KeptAnswer } from "./upstream-failure.ts";

const redacted = "[redacted]";
/** Shorter secrets, as a header's `1` or `beta`, are none, and would spoil what they happen to occur in. */
const shortestKeyChars = 8;

/** What a credential sends that its callers must not see. */
export type Keys = Pick<Credential, "apiKey" | "ak" | "sk" | "headers">;

/** What credentials have sent lately, the last one last. */
const sentLately = new WeakMap<Keys, readonly Secret[]>();
/** Keys change in minutes at the soonest, and calls are over before many have. */
const mostSent = 4;

/** Remembers the key that a request is sent with: until its answer comes, the credential may have got another. */
export function rememberKey(keys: Keys): void {
  const { apiKey } = keys;
  const sent = sentLately.get(keys) ?? [];
  if (sent.at(-1) !== apiKey) sentLately.set(keys, [...sent, apiKey].slice(-mostSent));
}

/**
 * An upstream's failure as its caller may see it: as it came, unless it quotes the key that it was sent, as relays do.
 */
export function withoutKey(answer: KeptAnswer, keys: Keys): KeptAnswer {
  const { statusText, headers } = headWithoutKey(answer, keys);
  const body = bytesWithoutKey(answer.body, keys);
  if (body === answer.body) return { ...answer, statusText, headers };
  const { "content-length": _, ...others } = headers;
  return { ...answer, statusText, headers: others, body };
}

/** Bytes of an upstream's words on a failure, without the key, however JSON may have escaped it. */
export function bytesWithoutKey(bytes: Buffer, keys: Keys): Buffer {
  const text = bytes.toString("latin1");
  const rest = textWithoutKey(text, keyFormsOf(keys));
  return rest === text ? bytes : Buffer.from(rest, "latin1");
}

/** What an answer begins with, and an upstream may quote a key in. */
type AnswerHead = Pick<KeptAnswer, "statusText" | "headers">;

/** An answer's head without the key. */
export function headWithoutKey({ statusText, headers }: AnswerHead, keys: Keys): AnswerHead {
  const forms = keyFormsOf(keys);
  return { statusText: textWithoutKey(statusText, forms), headers: headersWithoutKey(headers, keys, forms) };
}

/** Nearly every name and value is shorter than a key, and is not looked into. A header whose very name quotes one goes whole. */
function headersWithoutKey(
  headers: Readonly<AnswerHeaders>,
  keys: Keys,
  forms: readonly KeyForms[],
): Readonly<AnswerHeaders> {
  // A header of the credential's own, as `accept`, may say what tells here how to read the body.
  const formsIn = (name: string) => (name === "content-type" ? formsOfAll(apiKeysOf(keys)) : forms);
  const isQuoting = (name: string): boolean => quotes(name, forms) || quotes(headers[name] ?? "", formsIn(name));
  if (!Object.keys(headers).some(isQuoting)) return headers;
  const named = Object.entries(headers).filter(([name]) => !quotes(name, forms));
  const clean = named.map(([name, value]) => [
    name,
    typeof value === "string"
      ? textWithoutKey(value, formsIn(name))
      : value.map((text) => textWithoutKey(text, formsIn(name))),
  ]);
  return Object.fromEntries(clean) as AnswerHeaders;
}

function quotes(value: string | readonly string[], forms: readonly KeyForms[]): boolean {
  if (typeof value !== "string") return value.some((text) => quotes(text, forms));
  return textWithoutKey(value, forms) !== value;
}

/** A key, and all the ways in which an answer may write it. */
interface KeyForms {
  readonly shortestChars: number;
  readonly pattern: RegExp;
}

/** By secret and not by credential, whose key may change. */
const known = new WeakMap<Secret, KeyForms | "none">();

function keyFormsOf(keys: Keys): readonly KeyForms[] {
  return formsOfAll([...apiKeysOf(keys), ...Object.values(keys.headers)]);
}

function apiKeysOf(keys: Keys): readonly Secret[] {
  return [...(sentLately.get(keys) ?? []), keys.apiKey, keys.ak, keys.sk];
}

function formsOfAll(secrets: readonly Secret[]): readonly KeyForms[] {
  return [...new Set(secrets)].map(formsOf).filter((forms) => forms !== "none");
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
 * Matches the key in any case, as names of headers lose theirs, with each character as it is, as `\u0073` or as `%73`, and
 * with the backslashes that JSON puts, or may put, before some of them; of these there are more in a JSON text that is
 * quoted in another.
 */
function patternOf(key: string): RegExp {
  return new RegExp(Array.from(key, characterPattern).join(""), "gi");
}

function characterPattern(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
  const plain =
    character === "\\" ? String.raw`\\` : `[${character === "]" || character === "^" ? "\\" : ""}${character}]`;
  const escapes = /["/\\]/.test(character) ? String.raw`\\{0,3}` : "";
  return String.raw`(?:${escapes}${plain}|\\{1,3}u00${hex}|%${hex})`;
}
