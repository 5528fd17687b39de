import { parsedJson } from "../transport/error-body.ts";
import { memberText, readObject } from "../transport/json-members.ts";
import type { Reply } from "../transport/relay.ts";
import { createEventReader } from "../transport/sse.ts";

/** Which credential made which response, of those seen lately. */
export interface ResponseOwners {
  learn(model: string, credential: string, id: string): void;
  ownerOf(model: string, id: string): string | undefined;
}

/** Enough for the conversations that go on at a time, in some megabytes. */
const mostKnown = 50_000;

/** Longer ids are not kept: no upstream that means well makes such, and of another they could fill the memory. */
const longestIdChars = 512;

/** Makes an empty memory. The response that was made or asked for longest ago is forgotten first. */
export function createResponseOwners(): ResponseOwners {
  const owners = new Map<string, string>();
  const keyOf = (model: string, id: string): string => `${model} ${id}`;

  function put(key: string, credential: string): void {
    owners.delete(key);
    owners.set(key, credential);
    const [oldest] = owners.keys();
    if (owners.size > mostKnown && oldest !== undefined) owners.delete(oldest);
  }

  return {
    learn: (model, credential, id) => {
      if (id.length <= longestIdChars) put(keyOf(model, id), credential);
    },
    ownerOf: (model, id) => {
      const credential = owners.get(keyOf(model, id));
      if (credential !== undefined) put(keyOf(model, id), credential);
      return credential;
    },
  };
}

/** The id of the response that an answer of the Responses API brings, or begins with. */
export function responseIdIn({ body }: Pick<Reply, "body">): string | undefined {
  return "read" in body ? idOfStream(body.head) : idOfWhole(Buffer.concat(body));
}

function idOfWhole(body: Buffer): string | undefined {
  const answer = readObject(body);
  const id = parsedJson((answer && memberText(answer, "id")) ?? "null");
  return typeof id === "string" ? id : undefined;
}

function idOfStream(head: readonly Uint8Array[]): string | undefined {
  const reader = createEventReader();
  for (const event of head.flatMap((piece) => reader.read(piece))) {
    const { response } = (parsedJson(event.data) ?? {}) as { readonly response?: { readonly id?: unknown } };
    if (typeof response?.id === "string") return response.id;
  }
  return undefined;
}
