import type { ErrorClass } from "../../../machines/index.ts";
import { classifyFailure } from "../../classify/index.ts";
import type { Verdict } from "../../engine/verdict.ts";
import { errorTableFor } from "../../providers/error-tables.ts";

/** A failure that a scenario wrote down: by its class, or as the raw facts of a real one. */
export class ScriptedFailure extends Error {
  override readonly name = "ScriptedFailure";
  readonly errorClass: ErrorClass | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(errorClass: ErrorClass | undefined, facts: Readonly<Record<string, unknown>> = {}) {
    super(errorClass ?? "a raw failure");
    this.errorClass = errorClass;
    this.facts = facts;
  }
}

/** Takes a scripted class as it is, and classifies raw facts like those of a real attempt. */
export function classifyScripted(error: unknown, credential: { readonly provider: string }): Verdict {
  if (!(error instanceof ScriptedFailure)) return classifyFailure(error);
  if (error.errorClass !== undefined) {
    const { retryAfterS } = error.facts;
    const retryAfterMs = typeof retryAfterS === "number" ? retryAfterS * 1_000 : undefined;
    return { class: error.errorClass, rule: "scenario", retryAfterMs };
  }
  const { provider = credential.provider } = error.facts;
  return classifyFailure(error.facts, { table: errorTableFor(String(provider)), now: 0 });
}
