import type { ErrorTable } from "../../classify/index.ts";

/** StepFun's API. https://platform.stepfun.com/docs/guide/error-code */
export const stepfunErrors: ErrorTable = {
  provider: "stepfun",
  codes: {
    quota_exceeded: "quota_exceeded",
    request_params_invalid: "permanent",
    censorship_block: "content_safety",
    content_censored: "content_safety",
    censorship_blocked: "content_safety",
    // unavailable for legal reasons: what was asked, not who asked
    "451": "content_safety",
    engine_overloaded: "transient",
    rate_limit: "transient",
    rate_limit_reached: "transient",
  },
};
