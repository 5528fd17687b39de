import type { ErrorTable } from "../../classify/index.ts";

/** Cloudflare's Workers AI and AI Gateway. https://developers.cloudflare.com/workers-ai/platform/errors/ */
export const cloudflareErrors: ErrorTable = {
  provider: "cloudflare",
  codes: {
    "3007": "transient",
    "3008": "transient",
    "3036": "quota_exceeded",
    "3039": "permanent",
    "3040": "transient",
    "3041": "auth",
    "3042": "auth",
    "4006": "quota_exceeded",
    "5004": "permanent",
    "5005": "auth",
    "5007": "auth",
    "5016": "auth",
    "5018": "auth",
    "6001": "transient",
    "9109": "auth",
    "10000": "auth",
    "10001": "auth",
    "2016": "content_safety",
    "2017": "content_safety",
    "2021": "quota_exceeded",
  },
  codeInText: /\bcode['"]?: ?(\d{4,5})\b|^(?:AiError: )?(\d{4}): /,
  texts: [{ rule: "neurons", class: "quota_exceeded", pattern: /\bneurons\b/ }],
};
