import { tokensIn } from "../../transport/token-usage.ts";
import { textOf, type WireInput } from "../input.ts";
import { type EmbeddingDialect, inOrderOfIndex, memberOf } from "./dialect.ts";

/** https://platform.openai.com/docs/api-reference/embeddings/create; an image is an input as Jina has it: https://api.jina.ai/redoc */
export const openaiDialect: EmbeddingDialect = {
  request: ({ model, inputs, encoding, dimension, purpose }) => ({
    model,
    input: inputs.map(inputOf),
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

function inputOf(input: WireInput): unknown {
  const [image] = input.flatMap((part) => ("image" in part ? [part] : []));
  return image === undefined ? textOf(input) : { image: image.image.replace(/^data:[^,]*,/, "") };
}
