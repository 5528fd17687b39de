import { classifyFailure } from "../classify/index.ts";
import type { Credential } from "../config/runtime.ts";
import type { Verdict } from "../engine/verdict.ts";
import { errorTableFor } from "../providers/error-tables.ts";
import { factsOf, UpstreamFailure } from "./upstream-failure.ts";

/** What the failure of an attempt means, whichever door it came through. */
export function classifyUpstream(error: unknown, { provider }: Credential): Verdict {
  if (error instanceof UpstreamFailure && error.verdict !== undefined) return error.verdict;
  if (isOfClosedPool(error)) return { class: "permanent", rule: "transport.pool-closed" };
  return classifyFailure(factsOf(error), { table: errorTableFor(provider) });
}

/** Whoever closed the pool of connections wants no more requests: that says nothing of any credential. */
function isOfClosedPool(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "UND_ERR_CLOSED" || error.code === "UND_ERR_DESTROYED";
}
