/**
 * A gateway as they are often written, so that the load is known to find what it looks for: it starts every call at the first
 * credential and tries two, hands on whatever comes with a status of 200, goes on with another credential where an answer broke
 * off, and ends what nobody goes on with as if it were whole.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

interface NaiveConfig {
  readonly models: Readonly<Record<string, { readonly credentials: readonly NaiveCredential[] }>>;
  readonly gateway: { readonly port: number };
}

interface NaiveCredential {
  readonly id: string;
  readonly api_base: string;
  readonly api_key: string;
}

const { models, gateway } = JSON.parse(readFileSync(process.argv.at(-1) ?? "", "utf8")) as NaiveConfig;

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await buffer(incoming);
  const { model } = JSON.parse(body.toString()) as { readonly model: string };
  for (const credential of models[model]?.credentials.slice(0, 2) ?? []) {
    if (await isServed(credential, incoming, body, outgoing)) break;
  }
  if (!outgoing.headersSent) outgoing.writeHead(502);
  outgoing.end();
}

async function isServed(
  { id, api_base, api_key }: NaiveCredential,
  { url = "", headers }: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): Promise<boolean> {
  try {
    const upstream = await fetch(`${api_base}${url.replace("/v1", "")}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${api_key}`,
        "content-type": "application/json",
        "x-load-request": String(headers["x-load-request"]),
      },
      body,
      signal: AbortSignal.timeout(1_500),
    });
    if (!upstream.ok) return false;
    if (!outgoing.headersSent) {
      outgoing.writeHead(200, {
        "x-request-id": upstream.headers.get("x-request-id") ?? "",
        "x-served-by": upstream.headers.get("x-served-by") ?? "",
        "x-keyswitch-credential": id,
      });
    }
    for await (const piece of upstream.body ?? []) outgoing.write(piece);
    return true;
  } catch {
    return false;
  }
}

createServer((incoming, outgoing) => void answer(incoming, outgoing)).listen(gateway.port, "127.0.0.1");
