import type { Failure } from "../engine/verdict.ts";
import type { OwnError } from "./error-shape.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** How one credential's turn ended, as a client is told: never the upstream's own words. */
interface TurnEnd {
  readonly credential: string;
  readonly class: string;
  readonly status?: number;
}

/**
 * What a client is told when every credential has failed: 503, or 429 when all are out of quota or rate limited. An
 * upstream's 401 never gets through as one: the client's own key is in order.
 */
export function allFailed(model: string, failures: readonly Failure[], retryAfterMs: number | undefined): OwnError {
  // Of a credential's attempts the last one counts: that is how its turn ended.
  const ends = [...new Map(failures.map((failure) => [failure.credential, failure])).values()];
  const credentials = ends.map(turnEnd);
  const isLimited = ends.length > 0 && ends.every(isOutOfAllowance);
  return {
    status: isLimited ? 429 : 503,
    code: "all_credentials_failed",
    message: `${headline(model, credentials)}${advice(retryAfterMs)}`,
    details: { credentials },
  };
}

/** Whole seconds, never too few. */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.ceil(retryAfterMs / 1000);
}

function headline(model: string, credentials: readonly TurnEnd[]): string {
  if (credentials.length === 0) return `No credential of model "${model}" can be used now`;
  return `All credentials of model "${model}" failed: ${credentials.map(line).join(", ")}`;
}

function line({ credential, class: errorClass, status }: TurnEnd): string {
  return status === undefined ? `${credential} ${errorClass}` : `${credential} ${errorClass} (${status})`;
}

function advice(retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined ? "" : `; retry in ${retryAfterSeconds(retryAfterMs)} s`;
}

function turnEnd(failure: Failure): TurnEnd {
  const status = statusOf(failure);
  return { credential: failure.credential, class: failure.verdict.class, ...(status !== undefined && { status }) };
}

function isOutOfAllowance(failure: Failure): boolean {
  return failure.verdict.class === "quota_exceeded" || statusOf(failure) === 429;
}

function statusOf({ verdict, error }: Failure): number | undefined {
  return verdict.status ?? (error instanceof UpstreamFailure ? error.status : undefined);
}
