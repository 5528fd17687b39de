import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** One part of a multipart body. */
export interface RecordedPart {
  readonly name: string;
  /** Undefined for a plain field. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** A request as the provider received it. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The body's JSON; undefined where it is none. */
  readonly json: unknown;
  /** The parts of a multipart body, in order. */
  readonly parts: readonly RecordedPart[];
  /** The API key that it carried, whatever the header. */
  readonly key: string | undefined;
  /** The model that it asks for, by body, form field or path. */
  readonly model: string | undefined;
  /** When it was complete, in epoch milliseconds. */
  readonly at: number;
  /** When the client left before its answer was complete, in epoch milliseconds. */
  readonly abortedAt: number | undefined;
  /** Whether the client left before its answer was complete. */
  readonly aborted: boolean;
  /** Resolves when the exchange is over, however it ended; never rejects. */
  readonly finished: Promise<void>;
}

/** A request's content, before anything is known of how its exchange goes. */
export type ReceivedRequest = Omit<RecordedRequest, "abortedAt" | "aborted" | "finished">;

/** Reads a request to its end. Rejects when the client leaves before that. */
export async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const body = await buffer(incoming);
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const query = Object.fromEntries(searchParams);
  const headers = flat(incoming.headers);
  const json = parsed(body);
  const parts = await partsOf(body, headers["content-type"]);
  return {
    method: incoming.method ?? "GET",
    path: pathname,
    query,
    headers,
    body,
    json,
    parts,
    key: keyOf(headers, query),
    model: modelOf(pathname, json, parts),
    at: Date.now(),
  };
}

function flat(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function partsOf(body: Buffer, contentType: string | undefined): Promise<RecordedPart[]> {
  if (contentType?.startsWith("multipart/form-data") !== true) return [];
  const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
  return Promise.all(
    [...form].map(async ([name, value]) => ({
      name,
      filename: typeof value === "string" ? undefined : value.name,
      contentType: typeof value === "string" ? undefined : value.type,
      body: typeof value === "string" ? Buffer.from(value) : new Uint8Array(await value.arrayBuffer()),
    })),
  );
}

function keyOf(headers: Readonly<Record<string, string>>, query: Readonly<Record<string, string>>): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1];
  return bearer ?? headers["x-api-key"] ?? headers["api-key"] ?? headers["x-goog-api-key"] ?? query["key"];
}

function modelOf(path: string, json: unknown, parts: readonly RecordedPart[]): string | undefined {
  const inPath = /\/(?:deployments|models)\/([^/:]+)/.exec(path)?.[1];
  if (inPath !== undefined) return decodeURIComponent(inPath);
  if (typeof json === "object" && json !== null && "model" in json && typeof json.model === "string") return json.model;
  const part = parts.find(({ name }) => name === "model");
  return part && Buffer.from(part.body).toString("utf8");
}
