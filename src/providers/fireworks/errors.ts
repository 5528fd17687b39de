import type { ErrorTable } from "../../classify/index.ts";

/** Fireworks AI's API: a suspended account is a failed precondition. https://docs.fireworks.ai/guides/inference-error-codes */
export const fireworksErrors: ErrorTable = {
  provider: "fireworks",
  codes: { PRECONDITION_FAILED: "quota_exceeded" },
  statuses: { 412: "quota_exceeded" },
};
