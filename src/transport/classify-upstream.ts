import { classifyFailure } from "../classify/index.ts";
import type { Credential } from "../config/runtime.ts";
import type { Verdict } from "../engine/verdict.ts";
import { errorTableFor } from "../providers/error-tables.ts";
import { factsOf, UpstreamFailure } from "./upstream-failure.ts";

/** What the failure of an attempt means, whichever door it came through. */
export function classifyUpstream(error: unknown, { provider }: Credential): Verdict {
  if (error instanceof UpstreamFailure && error.verdict !== undefined) return error.verdict;
  return classifyFailure(factsOf(error), { table: errorTableFor(provider) });
}
