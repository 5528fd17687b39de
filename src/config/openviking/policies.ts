import type { FailbackConfigInput, RetryConfigInput } from "../options.ts";
import type { Path } from "../path.ts";
import type { Ledger } from "./ledger.ts";

interface FailbackFields {
  readonly failback_timeout_seconds?: number | undefined;
  readonly failback_request_count?: number | undefined;
}

const neverByCount = "OpenViking went back at every call; here 0 means never by count, only by time";

/** When to go back to a better credential, as far as the `ov.conf` says it. */
export function failbackOf(
  fields: FailbackFields,
  path: Path,
  to: Path,
  ledger: Ledger,
): { readonly failback?: FailbackConfigInput } {
  const { failback_timeout_seconds: timeout, failback_request_count: requests } = fields;
  if (timeout !== undefined) ledger.move([...path, "failback_timeout_seconds"], [...to, "failback", "timeout"]);
  if (requests !== undefined) {
    const why = requests === 0 ? neverByCount : undefined;
    ledger.move([...path, "failback_request_count"], [...to, "failback", "requests"], why);
  }
  if (timeout === undefined && requests === undefined) return {};
  return { failback: { ...(timeout !== undefined && { timeout }), ...(requests !== undefined && { requests }) } };
}

/** Further attempts on one credential, as far as the `ov.conf` says it. */
export function retryOf(
  { max_retries }: { readonly max_retries?: number | undefined },
  path: Path,
  to: Path,
  ledger: Ledger,
): { readonly retry?: RetryConfigInput } {
  if (max_retries === undefined) return {};
  ledger.move([...path, "max_retries"], [...to, "retry", "max_retries"]);
  return { retry: { max_retries } };
}
