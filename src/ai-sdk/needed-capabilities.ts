import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Capability } from "../config/index.ts";

/** What a call needs a credential to be capable of, by what is in its prompt (S27). */
export function neededCapabilities({ prompt, tools = [] }: LanguageModelV4CallOptions): readonly Capability[] {
  const needed = new Set<Capability>();
  for (const mediaType of mediaTypesIn(prompt)) {
    const capability = capabilityFor.get(mediaType.split("/")[0] ?? "");
    if (capability !== undefined) needed.add(capability);
  }
  if (tools.length > 0) needed.add("tools");
  return [...needed];
}

/** By the first half of a media type, which may be all that there is of it. */
const capabilityFor: ReadonlyMap<string, Capability> = new Map([
  ["image", "vision"],
  ["audio", "audio"],
  ["video", "video"],
]);

type Part = Exclude<LanguageModelV4Prompt[number]["content"], string>[number];

function mediaTypesIn(prompt: LanguageModelV4Prompt): readonly string[] {
  return prompt.flatMap(({ content }) => (typeof content === "string" ? [] : content.flatMap(mediaTypesOf)));
}

function mediaTypesOf(part: Part): readonly string[] {
  if (part.type === "file" || part.type === "reasoning-file") return [part.mediaType];
  if (part.type !== "tool-result" || part.output.type !== "content") return [];
  return part.output.value.flatMap((item) => (item.type === "file" ? [item.mediaType] : []));
}
