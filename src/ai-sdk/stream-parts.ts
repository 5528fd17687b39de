import type { LanguageModelV4StreamPart, LanguageModelV4StreamResult } from "@ai-sdk/provider";
import type { Credential } from "../config/index.ts";
import type { AttemptContext } from "../engine/call.ts";
import { StreamInterruptedError } from "../errors.ts";
import { signed } from "./served-by.ts";
import { tokensOf } from "./tokens.ts";

/** A part of a stream, with the answer that it is of. */
export interface ServedPart {
  readonly part: LanguageModelV4StreamPart;
  readonly answer: LanguageModelV4StreamResult;
}

/** Parts that say nothing yet: an error after them still goes on to the next credential (S25). */
const heads: ReadonlySet<string> = new Set([
  "stream-start",
  "response-metadata",
  "ping",
  "raw",
  "text-start",
  "reasoning-start",
]);

/** Whether a part carries output. */
export function carriesOutput({ part }: ServedPart): boolean {
  const isEmpty = (part.type === "text-delta" || part.type === "reasoning-delta") && part.delta === "";
  return !isEmpty && !heads.has(part.type);
}

/**
 * The parts of one credential's answer; its tokens are booked when it tells them.
 *
 * @throws what an error part holds; {@link StreamInterruptedError} where the answer has no end of its own, which the SDK
 * would take for one that is whole.
 */
export async function* partsOf(
  answer: LanguageModelV4StreamResult,
  model: string,
  context: AttemptContext<Credential>,
): AsyncGenerator<ServedPart> {
  let finished = false;
  for await (const part of answer.stream) {
    if (part.type === "error") throw part.error;
    if (part.type !== "finish") {
      yield { part, answer };
    } else if (part.finishReason.unified !== "interrupted") {
      finished = true;
      context.recordUsage(tokensOf(part.usage));
      yield { part: signed(part, model, context), answer };
    }
  }
  if (!finished) throw new StreamInterruptedError({ model, credential: context.credential.id });
}

/**
 * A stream of parts as the AI SDK reads it. A failure is its last part, so that nothing that was handed on is taken for
 * a whole answer; after an abort it breaks off with the abort's reason.
 *
 * @param head - The part that was waited for.
 * @param signal - Aborts when nobody wants the answer any more.
 * @param stop - Called when the reader has had enough, also while a part is awaited.
 */
export function readableParts(
  head: LanguageModelV4StreamPart,
  rest: AsyncGenerator<ServedPart, void, undefined>,
  signal: AbortSignal,
  stop: (reason: unknown) => void,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      start: (controller) => controller.enqueue(head),
      pull: async (controller) => {
        try {
          const next = await rest.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value.part);
        } catch (error) {
          if (signal.aborted) return controller.error(error);
          controller.enqueue({ type: "error", error });
          controller.close();
        }
      },
      cancel: async (reason) => {
        stop(reason);
        await rest.return();
      },
    },
    // What nobody has asked for is not read: the upstream is held back as its reader is.
    { highWaterMark: 0 },
  );
}
