import { json, type Question, type WholeReply } from "../reply.ts";

/** @see https://platform.openai.com/docs/api-reference/audio/createTranscription */
export function audioTranscription({ parts, pieces }: Question): WholeReply {
  const text = pieces.join("");
  const format = parts.find(({ name }) => name === "response_format");
  const isPlain = format !== undefined && Buffer.from(format.body).toString("utf8") === "text";
  return isPlain ? { status: 200, contentType: "text/plain; charset=utf-8", body: `${text}\n` } : json({ text });
}

const speechTypes: Readonly<Record<string, string>> = {
  mp3: "audio/mpeg",
  opus: "audio/ogg",
  aac: "audio/aac",
  flac: "audio/flac",
  wav: "audio/wav",
  pcm: "audio/pcm",
};

/** Bytes that are no text, in which every value occurs: what treats them as text is found out. */
export function audioSpeech({ json: asked }: Question): WholeReply {
  const format = typeof asked["response_format"] === "string" ? asked["response_format"] : "mp3";
  const body = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
  return { status: 200, contentType: speechTypes[format] ?? "application/octet-stream", body };
}
