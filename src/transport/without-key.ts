import type { Credential } from "../config/runtime.ts";
import type { KeptAnswer } from "./upstream-failure.ts";

const redacted = "[redacted]";
/** Shorter secrets, as a header's `1` or `beta`, are none, and would spoil what they happen to occur in. */
const shortestKeyChars = 8;

/**
 * An upstream's failure as its caller may see it: as it came, unless it quotes the key that it was sent, as relays do.
 */
export function withoutKey(answer: KeptAnswer, { apiKey, headers }: Credential): KeptAnswer {
  const keys = [apiKey, ...Object.values(headers)]
    .map((secret) => secret.reveal())
    .filter((key) => key.length >= shortestKeyChars);
  const quoted = keys.filter((key) => quotes(answer, key));
  if (quoted.length === 0) return answer;
  const redact = (text: string): string => quoted.reduce((rest, key) => rest.replaceAll(key, redacted), text);
  const { "content-length": _, ...others } = answer.headers;
  return {
    ...answer,
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value].flat().map(redact)])),
    body: Buffer.from(redact(answer.body.toString("latin1")), "latin1"),
  };
}

function quotes({ headers, body }: KeptAnswer, key: string): boolean {
  return (
    body.includes(key) || Object.values(headers).some((value) => [value].flat().some((text) => text.includes(key)))
  );
}
