import { AllCredentialsFailedError, NoCredentialError } from "../errors.ts";
import { failedAttempt, reportFailure } from "./failure-report.ts";
import type { CallLimits, EndedCall, EngineCredential, ModelPolicy } from "./model-engine.ts";

/**
 * The error that a call without an answer rejects with: the original where no other key would have helped, or there is
 * no other key; else all of them (S23, S24).
 */
export function rejectionOf<Credential extends EngineCredential>(
  { id: model, credentials }: ModelPolicy<Credential>,
  { settled, failures }: EndedCall<Credential, unknown>,
  { capabilities }: CallLimits,
): unknown {
  if (settled.result === "cancelled" || settled.result === "timed_out") return settled.reason;
  const last = failures.at(-1);
  if (last !== undefined && (settled.result === "failed_fast" || credentials.length === 1)) {
    reportFailure(model, last, failures);
    return last.error;
  }
  const retryAfterMs = settled.result === "all_failed" ? settled.retryAfterMs : undefined;
  if (last === undefined && retryAfterMs === undefined) return new NoCredentialError({ model, capabilities });
  return new AllCredentialsFailedError({
    model,
    attempts: failures.map(failedAttempt),
    retryAfterMs: retryAfterMs ?? 0,
  });
}
