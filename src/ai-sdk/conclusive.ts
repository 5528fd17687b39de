import { isRequestLevel } from "../../machines/index.ts";
import { failureOf } from "../engine/failure-report.ts";
import { AllCredentialsFailedError } from "../errors.ts";
import type { Model } from "../model.ts";

/**
 * Waits for a call, and tells its failure so that the AI SDK does not begin it again.
 *
 * It repeats a call that failed with an `APICallError` of a passing fault, and a model of one credential rethrows that
 * very error (S24). The credential has had its retries by then, so it is told as `fetch` tells it: all have failed.
 */
export async function conclusively<Value>(model: Model, call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    throw conclusive(model, error);
  }
}

function conclusive(model: Model, error: unknown): unknown {
  const report = failureOf(error);
  if (report === undefined || isRequestLevel(report.class)) return error;
  const retryAfterMs = model.snapshot().cooldowns[report.credential] ?? 0;
  return new AllCredentialsFailedError({ model: model.id, attempts: report.attempts, retryAfterMs });
}
