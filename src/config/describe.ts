import { Secret } from "../secret.ts";

const longestShown = 64;

/** Says what a value is, for an error: plain values as they are, and of a text that may be a key only its length. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Secret.is(value)) return "a secret";
  if (typeof value === "string") return describeText(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function describeText(text: string): string {
  if (text === "") return 'an empty text ("")';
  if (text.trim() === "") return "a blank text";
  return text.length > longestShown || mayBeSecret(text) ? hiddenText(text) : JSON.stringify(text);
}

/** Says what a value is that stands where a key belongs: of a scalar only its kind. */
export function hidden(value: unknown): string {
  if (typeof value === "string" && value !== "") return hiddenText(value);
  return typeof value === "number" || typeof value === "boolean" ? `a ${typeof value}` : describe(value);
}

/** What may be said of a text that is, or may be, a key. */
export function hiddenText(text: string): string {
  return `a text of ${text.length} characters`;
}

/**
 * Whether a text looks like a key, or holds one: a well-known prefix, a URL's user, password, query or fragment, a word that is
 * long and mixes digits with letters. Errors rather hide a harmless value than show a key in the wrong place.
 */
export function mayBeSecret(text: string): boolean {
  if (/^(?:sk|pk|rk|ak|gsk|xai|ghp|hf|r8|glpat|xox[bp])[-_]|^(?:AIza|AKIA|eyJ)|bearer|secret|token|passw/i.test(text))
    return true;
  if (/[@?#]/.test(text)) return true;
  return text.split(/[^A-Za-z0-9_+-]/).some((word) => word.length >= 20 && /\d/.test(word) && /[A-Za-z]/.test(word));
}
