import type { EmbeddingOptions } from "../../config/runtime.ts";
import type { TokenUsage } from "../../engine/call.ts";
import { dashscopeFusedByParameter, dashscopeFusedInContent } from "../../providers/dashscope/embedding.ts";
import { tokensIn } from "../../transport/token-usage.ts";
import type { WireInput } from "../input.ts";
import { type EmbeddingDialect, inOrderOfIndex, memberOf } from "./dialect.ts";

/** https://help.aliyun.com/zh/model-studio/multimodal-embedding-api-reference */
export const dashscopeMultimodalDialect: EmbeddingDialect = {
  request: ({ model, inputs, dimension, purpose, embedding }) => ({
    model,
    input: { contents: inputs.flatMap((input) => contentsOf(model, input)) },
    parameters: {
      ...dimension,
      ...purpose,
      ...parametersOf(embedding, dashscopeFusedByParameter.test(model) && inputs.some((parts) => parts.length > 1)),
    },
  }),
  read: ({ output, usage }) => {
    const items = inOrderOfIndex(memberOf(output, "embeddings"));
    return items && { vectors: items.map((item) => ({ dense: memberOf(item, "embedding") })), usage: usageOf(usage) };
  },
};

function contentsOf(model: string, input: WireInput): readonly object[] {
  return dashscopeFusedInContent.test(model) ? [Object.assign({}, ...input) as object] : input;
}

function parametersOf({ enableFusion, resLevel, maxVideoFrames }: EmbeddingOptions, isFused: boolean): object {
  const fusion = enableFusion ?? (isFused ? true : undefined);
  return {
    ...(fusion !== undefined && { enable_fusion: fusion }),
    ...(resLevel !== undefined && { res_level: resLevel }),
    ...(maxVideoFrames !== undefined && { max_video_frames: maxVideoFrames }),
  };
}

/** Tokens of images and videos are told apart from the others, unless a breakdown says that they are among them. */
function usageOf(usage: unknown): TokenUsage | undefined {
  const told = tokensIn(usage);
  const images = memberOf(usage, "image_tokens");
  if (told?.inputTokens === undefined || typeof images !== "number") return told;
  return { ...told, inputTokens: told.inputTokens + images };
}
