import type { ErrorTable } from "../../classify/index.ts";

/** SiliconFlow's API; one number for a wrong parameter, an overlong input and a busy system. https://docs.siliconflow.cn/cn/faqs/error-code */
export const siliconflowErrors: ErrorTable = {
  provider: "siliconflow",
  codes: {
    "20012": "permanent",
    "20015": [
      { when: /busy|overload/, class: "transient" },
      { when: /less than \d{1,9} tokens|too long|max seq len|exceed|length of prompt/, class: "input_too_large" },
      { class: "permanent" },
    ],
    "20042": "input_too_large",
    "30001": "quota_exceeded",
    "30003": "auth",
    "30011": "auth",
    "30014": "auth",
    "50501": "transient",
    "50502": "transient",
    "50505": "transient",
    "50507": "transient",
    "50508": "transient",
    "50603": "transient",
  },
  texts: [{ rule: "model", class: "permanent", pattern: /model does not exist|is not a vlm/ }],
};
