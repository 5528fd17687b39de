import { UsageError } from "../errors.ts";

/** A text that is a part of an input. */
export interface TextPart {
  readonly text: string;
}

/** An image that is a part of an input: an `https:` or `data:` address, or its bytes with their type, as `image/png`. */
export type ImagePart = { readonly image: string | URL } | { readonly image: Uint8Array; readonly mediaType: string };

/** A video that is a part of an input: an `https:` or `data:` address, or its bytes with their type, as `video/mp4`. */
export type VideoPart = { readonly video: string | URL } | { readonly video: Uint8Array; readonly mediaType: string };

export type EmbedPart = TextPart | ImagePart | VideoPart;

/** What becomes one vector: a text, or parts that make one together. */
export type EmbedInput = string | { readonly parts: readonly EmbedPart[] };

/** A part as wires know it: images and videos are addresses. */
export type WirePart = TextPart | { readonly image: string } | { readonly video: string };

/** An input as wires know it. */
export type WireInput = readonly WirePart[];

/** How parts of one kind travel. */
export interface MediaNeeds {
  /** Behind an `https:` address. */
  readonly remote: boolean;
  /** In the request. */
  readonly inline: boolean;
}

/** What inputs ask of who embeds them. */
export interface InputNeeds {
  readonly images: MediaNeeds;
  readonly videos: MediaNeeds;
  /** Whether some input has several parts. */
  readonly fusion: boolean;
  /** Whether some input has several parts of one kind. */
  readonly repeats: boolean;
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
    const image = "image" in part ? addressOf(part.image, part) : undefined;
    if (image !== undefined) return { image };
    const video = "video" in part ? addressOf(part.video, part) : undefined;
    if (video !== undefined) return { video };
  }
  throw misfit(
    index,
    part,
    "a text, or an image or a video: an https: or data: address, or bytes with their mediaType",
  );
}

function addressOf(media: unknown, part: object): string | undefined {
  if (media instanceof Uint8Array && "mediaType" in part && typeof part.mediaType === "string") {
    const base64 = Buffer.from(media.buffer, media.byteOffset, media.byteLength).toString("base64");
    return `data:${part.mediaType};base64,${base64}`;
  }
  const address = media instanceof URL ? media.href : media;
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
  const parts = inputs.flat();
  return {
    images: mediaNeeds(parts.flatMap((part) => ("image" in part ? [part.image] : []))),
    videos: mediaNeeds(parts.flatMap((part) => ("video" in part ? [part.video] : []))),
    fusion: inputs.some((input) => input.length > 1),
    repeats: inputs.some(hasRepeats),
  };
}

function mediaNeeds(addresses: readonly string[]): MediaNeeds {
  return { remote: addresses.some((address) => !isInline(address)), inline: addresses.some(isInline) };
}

export function isInline(address: string): boolean {
  return address.startsWith("data:");
}

/** Whether an input has several parts of one kind. */
export function hasRepeats(input: WireInput): boolean {
  return new Set(input.flatMap(Object.keys)).size < input.length;
}

/** The address of a part that has one. */
export function addressIn(part: WirePart): string | undefined {
  if ("image" in part) return part.image;
  return "video" in part ? part.video : undefined;
}

/** Size of an input on its way, as far as its own content goes. */
export function bytesOf(input: WireInput): number {
  return input.reduce(
    (bytes, part) => bytes + Buffer.byteLength("text" in part ? part.text : (addressIn(part) ?? "")),
    0,
  );
}

/** The text of an input that is nothing else; several texts are lines of one. */
export function textOf(input: WireInput): string {
  return input.map((part) => ("text" in part ? part.text : "")).join("\n");
}
