import type { ErrorTable } from "../../classify/index.ts";

/** Moonshot's Kimi API and coding plan. https://platform.moonshot.cn/docs/api/chat#错误说明 */
export const moonshotErrors: ErrorTable = {
  provider: "moonshot",
  codes: {
    exceeded_current_quota_error: "quota_exceeded",
    engine_overloaded_error: "transient",
    rate_limit_reached_error: [{ when: /\btpd\b|per day/, class: "quota_exceeded" }, { class: "transient" }],
    content_filter: "content_safety",
    invalid_authentication_error: "auth",
    incorrect_api_key_error: "auth",
    permission_denied_error: "auth",
    access_terminated_error: [{ when: /quota|usage limit|billing cycle/, class: "quota_exceeded" }, { class: "auth" }],
    resource_not_found_error: "auth",
  },
  texts: [{ rule: "requests", class: "transient", pattern: /request reached max/ }],
};
