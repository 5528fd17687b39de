import type { ErrorTable } from "../../classify/index.ts";

/** Hugging Face's Inference Providers and Endpoints, and text-embeddings-inference. */
export const huggingfaceErrors: ErrorTable = {
  provider: "huggingface",
  codes: {
    overloaded: "transient",
    unhealthy: "transient",
    backend: "transient",
    empty: "permanent",
    tokenizer: "permanent",
  },
  texts: [
    {
      rule: "included-credits",
      class: "quota_exceeded",
      pattern: /monthly included credits|exceeded your (?:monthly )?(?:included|credits)/,
    },
    {
      rule: "size",
      class: "input_too_large",
      pattern: /must have less than \d{1,9} tokens|inputs? (?:tokens )?\+ ?max new tokens|batch size \d{1,9} ?>/,
    },
    { rule: "loading", class: "transient", pattern: /is currently loading/ },
  ],
};
