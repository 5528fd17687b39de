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

/** The upstream's headers as the caller gets them: without those of the connection, and with who served. */
export function answerHeaders(upstream: Readonly<AnswerHeaders>, stamp: Stamp): AnswerHeaders {
  const headers: AnswerHeaders = {};
  const named = namedByConnection(upstream["connection"]);
  for (const name in upstream) {
    const values = upstream[name];
    if (values === undefined || hopByHopHeaders.has(name) || named.includes(name)) continue;
    if (typeof values !== "string") headers[name] = values.filter(isSendable);
    else if (isSendable(values)) headers[name] = values;
  }
  return stamped(headers, stamp);
}

/** Whether a value can be sent on; some upstreams send more than HTTP allows, and an answer must not fail for that. */
function isSendable(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

/** Puts who served over whatever stands there: an upstream may be a keyswitch itself. */
export function stamped(headers: AnswerHeaders, { model, credential, attempts, call }: Stamp): AnswerHeaders {
  headers["x-keyswitch-model"] = model;
  delete headers["x-keyswitch-credential"];
  if (credential !== undefined) headers["x-keyswitch-credential"] = credential;
  headers["x-keyswitch-attempts"] = String(attempts);
  headers["x-keyswitch-call-id"] = call;
  return headers;
}
