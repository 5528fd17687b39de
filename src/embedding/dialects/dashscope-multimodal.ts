import { tokensIn } from "../../transport/token-usage.ts";
import type { EmbeddingOptions } from "../../config/runtime.ts";
import { type EmbeddingDialect, inOrderOfIndex, memberOf } from "./dialect.ts";

/** https://help.aliyun.com/en/model-studio/multimodal-embedding-api-reference */
export const dashscopeMultimodalDialect: EmbeddingDialect = {
  request: ({ model, inputs, dimension, embedding }) => ({
    model,
    input: { contents: inputs.flat() },
    parameters: {
      ...dimension,
      ...parametersOf(
        embedding,
        inputs.some((parts) => parts.length > 1),
      ),
    },
  }),
  read: (answer) => {
    const items = inOrderOfIndex(memberOf(answer["output"], "embeddings"));
    return (
      items && {
        vectors: items.map((item) => ({ dense: memberOf(item, "embedding") })),
        usage: tokensIn(answer["usage"]),
      }
    );
  },
};

function parametersOf({ enableFusion, resLevel, maxVideoFrames }: EmbeddingOptions, isFused: boolean): object {
  const fusion = enableFusion ?? (isFused ? true : undefined);
  return {
    ...(fusion !== undefined && { enable_fusion: fusion }),
    ...(resLevel !== undefined && { res_level: resLevel }),
    ...(maxVideoFrames !== undefined && { max_video_frames: maxVideoFrames }),
  };
}
