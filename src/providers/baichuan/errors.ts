import type { ErrorTable } from "../../classify/index.ts";

/** Baichuan's API. */
export const baichuanErrors: ErrorTable = {
  provider: "baichuan",
  codes: {
    invalid_api_key: "auth",
    insufficient_quota: "quota_exceeded",
    rate_limit_exceeded: "transient",
    content_filter: "content_safety",
    server_overloaded: "transient",
  },
};
