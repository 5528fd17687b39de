import type { ErrorTable } from "../../classify/index.ts";

/** Voyage AI's API. Without a payment method its limit is per minute, however much the sentence speaks of billing. */
export const voyageErrors: ErrorTable = {
  provider: "voyage",
  codes: {},
  texts: [
    { rule: "rate", class: "transient", pattern: /\d rpm\b|\d{1,4}k? tpm\b|rate limits? of/ },
    {
      rule: "size",
      class: "input_too_large",
      pattern: /submitted batch|does not fit into the model'?s? context|batch size limit|max(?:imum)? allowed tokens/,
    },
  ],
};
