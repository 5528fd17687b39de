import { hopByHopHeaders, namedByConnection } from "./request-headers.ts";

/** Who answered, and how it came to that. */
export interface Stamp {
  readonly model: string;
  /** Undefined where no credential served. */
  readonly credential: string | undefined;
  readonly attempts: number;
  readonly call: string;
}

/** Headers of an answer, by name in lower case. */
export type AnswerHeaders = Record<string, string | readonly string[]>;

/**
 * What an upstream says of its own origin, and would be believed of whoever hands it on: browsers would keep its cookies as
 * ours, and clients take their keys where it redirects them.
 */
const originsOwn: ReadonlySet<string> = new Set([
  "set-cookie",
  "location",
  "refresh",
  "alt-svc",
  "strict-transport-security",
  "clear-site-data",
  "nel",
  "report-to",
  "reporting-endpoints",
]);

/** The upstream's headers as the caller gets them: without those of its connection and origin, and with who served. */
export function answerHeaders(upstream: Readonly<AnswerHeaders>, stamp: Stamp): AnswerHeaders {
  const headers: AnswerHeaders = {};
  const named = namedByConnection(upstream["connection"]);
  for (const name in upstream) {
    const values = upstream[name];
    if (values === undefined || staysThere(name) || named.includes(name)) continue;
    if (typeof values !== "string") headers[name] = values.filter(isSendable);
    else if (isSendable(values)) headers[name] = values;
  }
  return stamped(headers, stamp);
}

/** An upstream may be a keyswitch itself, or pass for one: what our headers tell is ours to say. */
function staysThere(name: string): boolean {
  return hopByHopHeaders.has(name) || originsOwn.has(name) || name.startsWith("x-keyswitch-");
}

/** Whether a value can be sent on; some upstreams send more than HTTP allows, and an answer must not fail for that. */
function isSendable(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

/** Puts who served there. */
export function stamped(headers: AnswerHeaders, { model, credential, attempts, call }: Stamp): AnswerHeaders {
  headers["x-keyswitch-model"] = model;
  if (credential !== undefined) headers["x-keyswitch-credential"] = credential;
  headers["x-keyswitch-attempts"] = String(attempts);
  headers["x-keyswitch-call-id"] = call;
  return headers;
}
