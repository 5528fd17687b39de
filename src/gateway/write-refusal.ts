import type { ServerResponse } from "node:http";
import type { Api } from "../providers/provider.ts";
import { errorBody } from "../transport/error-shape.ts";
import type { Refusal } from "./refusal.ts";

/** Writes a refusal in a dialect's shape, under an id as calls have, that its client can name. */
export function writeRefusal(outgoing: ServerResponse, api: Api, { answer, headers }: Refusal, call: string): void {
  const stamp = { "x-keyswitch-attempts": "0", "x-keyswitch-call-id": call };
  writeJson(outgoing, answer.status, errorBody(api, answer), { ...headers, ...stamp });
}

/** Writes an answer of our own. */
export function writeJson(
  outgoing: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const body = Buffer.from(JSON.stringify(content));
  outgoing.writeHead(status, { "content-type": "application/json", "content-length": body.length, ...headers });
  outgoing.end(body);
}
