import { hopByHopHeaders, namedByConnection } from "./request-headers.ts";

/** Who answered, and how it came to that. */
export interface Stamp {
  readonly model: string;
  /** Undefined where no credential served. */
  readonly credential: string | undefined;
  readonly attempts: number;
  readonly call: string;
}

type UpstreamHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The upstream's headers as the caller gets them: without those of the connection, and with who served. */
export function answerHeaders(upstream: UpstreamHeaders, stamp: Stamp): Headers {
  const headers = new Headers();
  const named = namedByConnection(String(upstream["connection"] ?? ""));
  for (const [name, values] of Object.entries(upstream)) {
    if (hopByHopHeaders.has(name) || named.includes(name)) continue;
    for (const value of [values].flat()) if (isByteString(value)) headers.append(name, value);
  }
  return stamped(headers, stamp);
}

/** Whether `Headers` can hold a value; some upstreams send more than it takes, and an answer must not fail for that. */
function isByteString(value: string): boolean {
  return !/[\0\r\n\u0100-\uffff]/.test(value);
}

/** Puts who served over whatever stands there: an upstream may be a keyswitch itself. */
export function stamped(headers: Headers, { model, credential, attempts, call }: Stamp): Headers {
  headers.set("x-keyswitch-model", model);
  headers.delete("x-keyswitch-credential");
  if (credential !== undefined) headers.set("x-keyswitch-credential", credential);
  headers.set("x-keyswitch-attempts", String(attempts));
  headers.set("x-keyswitch-call-id", call);
  return headers;
}
