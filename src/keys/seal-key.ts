import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { KeyFault } from "./key-source.ts";

/** Wraps a text that came from outside as a key; what it holds that no header can carry is told by position, never shown. */
export function sealKey(text: string, verbs: { readonly hold: string; readonly empty: string }): Secret | KeyFault {
  try {
    const key = Secret.of(text);
    return key.isEmpty ? { fault: verbs.empty } : key;
  } catch (error) {
    if (error instanceof UsageError) return { fault: `${verbs.hold} ${error.found}` };
    throw error;
  }
}
