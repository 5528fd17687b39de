import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Credential } from "../config/index.ts";
import type { Model } from "../model.ts";
import { liveModelOfKind, ofFourthSpecification } from "./check-model.ts";
import { conclusively } from "./conclusive.ts";
import { neededCapabilities } from "./needed-capabilities.ts";
import { factsOfEach, oncePerKey } from "./once-per-key.ts";
import { signed } from "./served-by.ts";
import { carriesOutput, partsOf, readableParts } from "./stream-parts.ts";
import { supportedByAll } from "./supported-urls.ts";
import { tokensOf } from "./tokens.ts";

const path = "failoverLanguageModel";

type LanguageModelOf = (credential: Credential) => LanguageModelV4;

/**
 * Makes a language model for the AI SDK, version 7, that asks one of a model's credentials after another until one
 * answers.
 *
 * A stream fails over until its first part that carries output; a failure after that is its last part, never a clean end
 * (S25). Images, sound, video and tools in a prompt pass over credentials that are known to lack them (S27). An error that
 * no other key would mend is the provider's own (S23). When every key has failed, a single one too, it is an
 * `AllCredentialsFailedError`, which the SDK does not retry, so that `maxRetries` may stay as it is. Who answered stands
 * in `providerMetadata.keyswitch`, as {@link ServedBy}.
 *
 * @example
 * ```ts
 * import { createOpenAI } from "@ai-sdk/openai";
 * import { generateText } from "ai";
 * import { createModel } from "keyswitch";
 * import { failoverLanguageModel } from "keyswitch/ai-sdk";
 *
 * const chat = createModel({
 *   model: "gpt-4o-mini",
 *   credentials: [
 *     { id: "primary", provider: "openai", api_key: "${OPENAI_API_KEY}" },
 *     { id: "backup", provider: "openai", api_key: "${OPENAI_BACKUP_KEY}" },
 *   ],
 * });
 * const model = failoverLanguageModel(chat, ({ apiKey, model }) => createOpenAI({ apiKey: apiKey.reveal() }).chat(model));
 * const { text } = await generateText({ model, prompt: "Hello" });
 * ```
 *
 * @param languageModelOf - Makes the language model of one credential. It is kept until the credential's key changes.
 * @throws UsageError for what is no model of kind `chat`.
 */
export function failoverLanguageModel(model: Model, languageModelOf: LanguageModelOf): LanguageModelV4 {
  liveModelOfKind(model, "chat", path);
  const languageModel = oncePerKey((credential) => ofFourthSpecification(languageModelOf(credential), path));
  return {
    specificationVersion: "v4",
    provider: "keyswitch",
    modelId: model.id,
    get supportedUrls() {
      return urlsOf(model, languageModel);
    },
    doGenerate: (options) => {
      const answer = model.call(
        async (context) => {
          const { credential, signal } = context;
          const result = await languageModel(credential).doGenerate({ ...options, abortSignal: signal });
          context.recordUsage(tokensOf(result.usage));
          return signed(result, model.id, context);
        },
        { signal: options.abortSignal, capabilities: neededCapabilities(options) },
      );
      return conclusively(model, answer);
    },
    doStream: async (options) => {
      const reader = new AbortController();
      const signal = options.abortSignal ? AbortSignal.any([options.abortSignal, reader.signal]) : reader.signal;
      const parts = model.stream(
        async (context) => {
          const { credential, signal: attemptSignal } = context;
          const answer = await languageModel(credential).doStream({ ...options, abortSignal: attemptSignal });
          return partsOf(answer, model.id, context);
        },
        { signal, capabilities: neededCapabilities(options), carriesOutput },
      );
      const first = await conclusively(model, firstOf(parts));
      const stream = readableParts(first.part, parts, signal, (reason) => reader.abort(reason));
      return { ...first.answer, stream };
    },
  };
}

/** A stream that serves has at least its `finish`. */
async function firstOf<Item>(items: AsyncGenerator<Item, void, undefined>): Promise<Item> {
  return (await items.next()).value as Item;
}

/** None where a credential's model cannot be made yet: the SDK loads everything then. */
async function urlsOf({ credentials }: Model, languageModel: LanguageModelOf): Promise<Record<string, RegExp[]>> {
  return supportedByAll((await factsOfEach(credentials, languageModel, (made) => made.supportedUrls)) ?? []);
}
