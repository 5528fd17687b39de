import type { Capability } from "../config/options.ts";
import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { CallerRequest } from "./caller-request.ts";
import type { OwnError } from "./error-shape.ts";
import { type JsonObjectText, memberText } from "./json-members.ts";

/**
 * What a request needs of a credential, by the parts that it has in any dialect (S27). It is looked for only where it
 * makes a difference: nobody reads a body through for a model whose credentials can all do the same.
 */
export function neededCapabilities(
  { credentials }: Pick<RuntimeModel, "credentials">,
  { json }: Pick<CallerRequest, "json">,
): readonly Capability[] {
  if (json === undefined || credentials.every(({ capabilities }) => capabilities === undefined)) return [];
  const needed = new Set(partsIn(json.bytes));
  if (toolLists.some((name) => /^\[\s*[^\s\]]/.test(memberText(json, name) ?? ""))) needed.add("tools");
  return [...needed];
}

/** Refuses what no credential can do by its configuration: to wait or to try would not help. */
export function incapable({ id, credentials }: RuntimeModel, needed: readonly Capability[]): OwnError | undefined {
  if (needed.length === 0 || credentials.some((credential) => isCapable(credential, needed))) return undefined;
  const message = `No credential of model "${id}" can do ${needed.join(", ")}, which the request needs`;
  return { status: 400, code: "no_capable_credential", message, details: { capabilities: needed } };
}

function isCapable({ capabilities }: Credential, needed: readonly Capability[]): boolean {
  return capabilities === undefined || needed.every((each) => capabilities.includes(each));
}

/** `functions` is what OpenAI called them first. */
const toolLists = ["tools", "functions"];

/**
 * Members by which a part says what it is, and what their texts then begin with.
 *
 * https://platform.openai.com/docs/api-reference/chat/create (`image_url`, `input_audio`, `file`),
 * https://platform.openai.com/docs/api-reference/responses/create (`input_image`, `input_audio`),
 * https://docs.claude.com/en/api/messages (`image`), https://ai.google.dev/api/caching#Part (`mimeType`)
 */
const marks: readonly (readonly [member: string, texts: Readonly<Record<string, Capability>>])[] = [
  [
    "type",
    {
      'image_url"': "vision",
      'input_image"': "vision",
      'image"': "vision",
      'input_audio"': "audio",
      'video_url"': "video",
    },
  ],
  ["file_data", { "data:image/": "vision", "data:audio/": "audio", "data:video/": "video" }],
  ["mimeType", { "image/": "vision", "audio/": "audio", "video/": "video" }],
  ["mime_type", { "image/": "vision", "audio/": "audio", "video/": "video" }],
];

const longestMark = 16;

/** A quote within a string is escaped, so that a text that speaks of such members never looks like one. */
function* partsIn(bytes: JsonObjectText["bytes"]): Generator<Capability> {
  for (const [member, texts] of marks) {
    const name = `"${member}"`;
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + name.length)) {
      const from = at + name.length;
      const [colon] = /^\s*:\s*"/.exec(bytes.toString("latin1", from, from + longestMark)) ?? [""];
      const start = from + colon.length;
      const head = bytes.toString("latin1", start, start + longestMark);
      const found = colon === "" ? undefined : Object.entries(texts).find(([text]) => head.startsWith(text));
      if (found !== undefined) yield found[1];
    }
  }
}
