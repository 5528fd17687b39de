import type { ErrorTable } from "../../classify/index.ts";

/** one-api, new-api and the relays built on them: their own accounts, tokens and channels in front of somebody else's keys. */
export const relayErrors: ErrorTable = {
  provider: "relay",
  codes: {
    insufficient_user_quota: "quota_exceeded",
    pre_consume_token_quota_failed: "quota_exceeded",
    quota_not_enough: "quota_exceeded",
    "local:insufficient_quota": "quota_exceeded",
    sensitive_words_detected: "content_safety",
    prompt_blocked: "content_safety",
    // this relay has nobody for the model at the moment
    get_channel_failed: "transient",
    no_available_channel: "transient",
    do_request_failed: "transient",
    read_response_body_failed: "transient",
    bad_response: "transient",
    bad_response_body: "transient",
    "channel:no_available_key": "transient",
    model_price_error: "auth",
    access_denied: "auth",
    invalid_api_type: "permanent",
    convert_request_failed: "permanent",
    read_request_body_failed: "permanent",
  },
  texts: [
    // it stands for every 429 of the upstream
    {
      rule: "upstream-saturated",
      class: "transient",
      pattern: /负载已饱和|upstream load|无可用渠道|no available channel|no available keys/,
    },
    {
      rule: "token-used-up",
      class: "quota_exceeded",
      pattern: /令牌.{0,8}额度|额度(?:已用尽|不足)|quota is not enough|token quota/,
    },
  ],
};
