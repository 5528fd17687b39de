import type { ErrorTable } from "../../classify/index.ts";

/** Ollama and llama.cpp, local and in the cloud: a model that is not pulled here may be there, and a 500 may be a long prompt. */
export const ollamaErrors: ErrorTable = {
  provider: "ollama",
  codes: { exceed_context_size_error: "input_too_large" },
  texts: [
    { rule: "not-pulled", class: "auth", pattern: /try pulling it|model .{1,80} not found/ },
    {
      rule: "too-large",
      class: "input_too_large",
      pattern: /too large to process|exceeds the (?:available )?context|input length exceeds/,
    },
    {
      rule: "runner",
      class: "transient",
      pattern: /runner process|runner has terminated|loading model|model failed to load|server busy/,
    },
  ],
};
