import type { ErrorTable } from "../../classify/index.ts";

/** Jina AI's API. */
export const jinaErrors: ErrorTable = {
  provider: "jina",
  codes: {},
  texts: [
    { rule: "balance", class: "quota_exceeded", pattern: /balance not enough|insufficient (?:account )?balance/ },
    {
      rule: "size",
      class: "input_too_large",
      pattern:
        /each input list can contain at most|input length \d{1,9}|exceeds? (?:the )?max(?:imum)? (?:input|length|token)/,
    },
  ],
};
