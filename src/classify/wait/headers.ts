import type { HeaderMap } from "../headers.ts";
import { parseWait } from "./value.ts";

/** Milliseconds that the headers ask to wait: what is meant for it, else the reset of what ran out. */
export function waitFromHeaders(headers: HeaderMap, answeredAt: number): number | undefined {
  return (
    parseWait(headers.get("retry-after-ms") ?? headers.get("x-ms-retry-after-ms"), answeredAt, "ms") ??
    parseWait(headers.get("retry-after"), answeredAt) ??
    latest(resets(headers, answeredAt))
  );
}

/** How providers name the reset of a bucket, and what its header says when the bucket is empty. `*` is the bucket's name. */
const buckets: readonly { readonly reset: RegExp; readonly left: string; readonly empty: RegExp; readonly unlessSaid: boolean }[] = [
  // OpenAI, Groq, Azure, Cerebras (x-ratelimit-reset-tokens-minute); several buckets are listed, also full ones
  { reset: /^x-ratelimit-reset-(?!after)(.{1,60})$/, left: "x-ratelimit-remaining-*", empty: /^0(?:\.0*)?$/, unlessSaid: false },
  // Anthropic (anthropic-ratelimit-input-tokens-reset)
  { reset: /^anthropic-ratelimit-((?!unified).{1,60})-reset$/, left: "anthropic-ratelimit-*-remaining", empty: /^0$/, unlessSaid: false },
  // Anthropic's subscriptions (…-unified-5h-reset): the window that refused
  { reset: /^anthropic-ratelimit-(unified-.{1,40})-reset$/, left: "anthropic-ratelimit-*-status", empty: /^(?:rejected|exceeded)$/, unlessSaid: false },
  { reset: /^anthropic-ratelimit-(unified)-reset$/, left: "anthropic-ratelimit-*-status", empty: /^(?:rejected|exceeded)$/, unlessSaid: true },
  // ChatGPT plans: the window that is full
  { reset: /^x-codex-(primary|secondary)-reset-after-seconds$/, left: "x-codex-*-used-percent", empty: /^1\d\d(?:\.\d+)?$/, unlessSaid: false },
  { reset: /^x-codex-(primary|secondary)-reset-at$/, left: "x-codex-*-used-percent", empty: /^1\d\d(?:\.\d+)?$/, unlessSaid: false },
  // OpenRouter, GitHub and most gateways; the IETF's draft
  { reset: /^(x-ratelimit|x-rate-limit|ratelimit)-reset(?:-after)?$/, left: "*-remaining", empty: /^(?:-|0)/, unlessSaid: true },
]; // prettier-ignore

function* resets(headers: HeaderMap, answeredAt: number): Generator<number> {
  for (const [name, value] of headers) {
    for (const { reset, left, empty, unlessSaid } of buckets) {
      const bucket = reset.exec(name)?.[1];
      if (bucket === undefined) continue;
      const remaining = headers.get(left.replace("*", bucket));
      if (remaining === undefined ? !unlessSaid : !empty.test(remaining)) continue;
      const waitMs = parseWait(value, answeredAt);
      if (waitMs !== undefined) yield waitMs;
    }
  }
  const draft = /\br=0\b.{0,40}?\bt=(\d{1,9})/.exec(headers.get("ratelimit") ?? "");
  if (draft !== null) yield Number(draft[1]) * 1000;
}

/** Everything that ran out must have come back. */
function latest(waits: Iterable<number>): number | undefined {
  const all = [...waits];
  return all.length === 0 ? undefined : Math.max(...all);
}
