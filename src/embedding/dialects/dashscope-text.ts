import { tokensIn } from "../../transport/token-usage.ts";
import { textOf } from "../input.ts";
import { type EmbeddingDialect, inOrderOfIndex, memberOf } from "./dialect.ts";

const outputTypes = { dense: "dense", sparse: "sparse", hybrid: "dense&sparse" };

/** https://help.aliyun.com/zh/model-studio/text-embedding-synchronous-api */
export const dashscopeTextDialect: EmbeddingDialect = {
  request: ({ model, inputs, dimension, purpose, embedding: { vectors } }) => ({
    model,
    input: { texts: inputs.map(textOf) },
    parameters: {
      ...dimension,
      ...purpose,
      ...(vectors !== "dense" && { output_type: outputTypes[vectors] }),
    },
  }),
  read: ({ output, usage }) => {
    const items = inOrderOfIndex(memberOf(output, "embeddings"), "text_index");
    return (
      items && {
        vectors: items.map((item) => ({
          dense: memberOf(item, "embedding"),
          sparse: memberOf(item, "sparse_embedding"),
        })),
        usage: tokensIn(usage),
      }
    );
  },
};
