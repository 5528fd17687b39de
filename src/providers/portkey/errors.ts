import type { ErrorTable } from "../../classify/index.ts";

/** Portkey's gateway. */
export const portkeyErrors: ErrorTable = {
  provider: "portkey",
  codes: { hooks_failed: "content_safety", timeout_error: "transient" },
  statuses: { 246: "content_safety", 446: "content_safety" },
};
