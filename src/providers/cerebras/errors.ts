import type { ErrorTable } from "../../classify/index.ts";

/** Cerebras' API, whose "quota" is a minute's unless it says otherwise. */
export const cerebrasErrors: ErrorTable = {
  provider: "cerebras",
  codes: {
    request_quota_exceeded: [{ when: /per (?:hour|day)|daily/, class: "quota_exceeded" }, { class: "transient" }],
    token_quota_exceeded: [{ when: /per (?:hour|day)|daily/, class: "quota_exceeded" }, { class: "transient" }],
    queue_exceeded: "transient",
    wrong_api_key: "auth",
  },
};
