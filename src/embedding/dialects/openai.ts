import { tokensIn } from "../../transport/token-usage.ts";
import { textOf } from "../input.ts";
import { type EmbeddingDialect, inOrderOfIndex, memberOf } from "./dialect.ts";

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const openaiDialect: EmbeddingDialect = {
  request: ({ model, inputs, encoding, dimension, purpose }) => ({
    model,
    input: inputs.map(textOf),
    ...encoding,
    ...dimension,
    ...purpose,
  }),
  read: (answer) => {
    const items = inOrderOfIndex(answer["data"]);
    return (
      items && {
        vectors: items.map((item) => ({ dense: memberOf(item, "embedding") })),
        usage: tokensIn(answer["usage"]),
      }
    );
  },
};
