import { UsageError } from "../errors.ts";

/** A text that is a part of an input. */
export interface TextPart {
  readonly text: string;
}

/** An image that is a part of an input: an `https:` or `data:` address, or its bytes with their type, as `image/png`. */
export type ImagePart = { readonly image: string | URL } | { readonly image: Uint8Array; readonly mediaType: string };

export type EmbedPart = TextPart | ImagePart;

/** What becomes one vector: a text, or parts that make one together. */
export type EmbedInput = string | { readonly parts: readonly EmbedPart[] };

/** A part as wires know it: an image is an address. */
export type WirePart = TextPart | { readonly image: string };

/** An input as wires know it. */
export type WireInput = readonly WirePart[];

/** What inputs ask of who embeds them. */
export interface InputNeeds {
  readonly remoteImages: boolean;
  readonly inlineImages: boolean;
  /** Whether some input has several parts. */
  readonly fusion: boolean;
}

/**
 * An input as wires know it.
 *
 * @param index - Its place among the inputs, for whoever has to correct it.
 * @throws UsageError for what is none.
 */
export function wireInput(input: EmbedInput, index: number): WireInput {
  if (typeof input === "string") return [{ text: input }];
  const parts: unknown = (input as { readonly parts?: unknown } | null | undefined)?.parts;
  if (!Array.isArray(parts) || parts.length === 0)
    throw misfit(index, input, 'a text, or { parts: [{ text: "…" }, …] }');
  return parts.map((part: unknown) => wirePart(part, index));
}

function wirePart(part: unknown, index: number): WirePart {
  if (typeof part === "object" && part !== null) {
    if ("text" in part && typeof part.text === "string") return { text: part.text };
    if ("image" in part) {
      const mediaType = "mediaType" in part ? part.mediaType : undefined;
      const address = addressOf(part.image, mediaType);
      if (address !== undefined) return { image: address };
    }
  }
  throw misfit(index, part, "a text, or an image: an https: or data: address, or bytes with their mediaType");
}

function addressOf(image: unknown, mediaType: unknown): string | undefined {
  if (image instanceof Uint8Array && typeof mediaType === "string") {
    return `data:${mediaType};base64,${Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString("base64")}`;
  }
  const address = image instanceof URL ? image.href : image;
  return typeof address === "string" && /^(?:https?:|data:[^,]*;base64,)/.test(address) ? address : undefined;
}

function misfit(index: number, found: unknown, wanted: string): UsageError {
  return new UsageError({ path: `input[${index}]`, found: kindOf(found), wanted });
}

/** Without its content: it may be a prompt. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? `an object of ${Object.keys(value).join(", ") || "nothing"}` : `a ${typeof value}`;
}

export function needsOf(inputs: readonly WireInput[]): InputNeeds {
  const images = inputs.flat().flatMap((part) => ("image" in part ? [part.image] : []));
  const isInline = (address: string): boolean => address.startsWith("data:");
  return {
    remoteImages: images.some((address) => !isInline(address)),
    inlineImages: images.some(isInline),
    fusion: inputs.some((parts) => parts.length > 1),
  };
}

/** Size of an input on its way, as far as its own content goes. */
export function bytesOf(input: WireInput): number {
  return input.reduce((bytes, part) => bytes + Buffer.byteLength("text" in part ? part.text : part.image), 0);
}

/** The text of an input that is nothing else; several texts are lines of one. */
export function textOf(input: WireInput): string {
  return input.map((part) => ("text" in part ? part.text : "")).join("\n");
}
