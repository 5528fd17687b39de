import type { ErrorTable } from "../../classify/index.ts";

/** MiniMax's API: 200 with `base_resp`, or the code in brackets behind the sentence. https://platform.minimaxi.com/document/error-code */
export const minimaxErrors: ErrorTable = {
  provider: "minimax",
  codes: {
    "1000": "transient",
    "1001": "transient",
    "1002": [{ when: /filtered|sensitive/, class: "content_safety" }, { class: "transient" }],
    "1004": "auth",
    "1008": "quota_exceeded",
    "1013": "transient",
    "1024": "transient",
    "1026": "content_safety",
    "1027": "content_safety",
    "1028": "quota_exceeded",
    "1030": "quota_exceeded",
    "1033": "transient",
    "1039": [{ when: /context|too long|exceed.{0,40}token(?! per)/, class: "input_too_large" }, { class: "transient" }],
    "1041": "transient",
    "1042": "permanent",
    "1043": "permanent",
    "2013": [
      { when: /context (?:window|length)|too long|exceeds? limit/, class: "input_too_large" },
      { class: "permanent" },
    ],
    "2037": "permanent",
    "2045": "transient",
    "2048": "input_too_large",
    "2049": "auth",
    "2056": "quota_exceeded",
    "2061": "auth",
  },
  codeInText: /\((\d{4})\)\s{0,4}$/m,
  texts: [{ rule: "model", class: "permanent", pattern: /unknown model/ }],
};
