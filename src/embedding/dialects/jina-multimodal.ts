import type { WireInput, WirePart } from "../input.ts";
import type { EmbeddingDialect } from "./dialect.ts";
import { openaiDialect } from "./openai.ts";

/** https://api.jina.ai/redoc: parts that make one vector together are the content of one input. */
export const jinaMultimodalDialect: EmbeddingDialect = {
  request: (ask) => ({ ...openaiDialect.request(ask), input: ask.inputs.map(inputOf) }),
  read: openaiDialect.read,
};

function inputOf(input: WireInput): object | string {
  const [first, ...others] = input.map(partOf);
  if (first === undefined || others.length > 0) return { content: input.map(partOf) };
  return "text" in first ? first.text : first;
}

/** What travels along is bare base64. */
function partOf(part: WirePart): WirePart {
  if ("text" in part) return { text: part.text };
  const bare = (address: string): string => address.replace(/^data:[^,]*,/, "");
  return "image" in part ? { image: bare(part.image) } : { video: bare(part.video) };
}
