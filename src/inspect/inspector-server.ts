import type { IncomingMessage, ServerResponse } from "node:http";
import { type AdminLock, adminRefusal, pageRefusal } from "../operator/guard.ts";
import { operationAt } from "../operator/operations.ts";
import type { InspectorSource } from "./inspector-source.ts";
import { isPageFile, pageDocument, type PageFile, pageFile } from "./page-files.ts";

/** What an inspector is served from. */
export interface InspectorParts {
  readonly source: InspectorSource;
  /** The path that it is mounted at, as `/inspector`; `""`: the root. */
  readonly path: string;
  /** What opens it now. */
  readonly lock: () => AdminLock;
}

/** The part of a server that shows the inspector. */
export interface InspectorServer {
  /** Answers a request for a path at or below its own, whatever it is. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Sends everyone away, so that they do not hold up a drain. */
  close(): void;
}

/** Serves what a source tells, and the page that shows it. */
export function serveInspector({ source, path: mount, lock }: InspectorParts): InspectorServer {
  let isClosed = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = placeOf(request, mount);
    if (request.method === "POST") return carryOut(request, response, path);
    if (request.method !== "GET") return refuse(response, 405, "method_not_allowed", "This wants GET or POST");
    if (path === "" || path === "/") return showPage(request, response, path === "" ? `${lastPart(mount)}/` : "");
    const file = path.slice(1);
    if (isPageFile(file)) return sendFile(request, response, pageFile(file));
    if (path === "/feed") return admit(request, response);
    if (path === "/chart") return draw(request, response, query);
    refuse(response, 404, "not_found", "The inspector has nothing of this name");
  }

  function showPage(request: IncomingMessage, response: ServerResponse, beside: string): void {
    if (isTurnedAway(request, response, pageRefusal)) return;
    send(response, 200, "text/html; charset=utf-8", pageDocument(beside));
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile | undefined): void {
    if (isTurnedAway(request, response, pageRefusal)) return;
    if (file === undefined) {
      return refuse(response, 503, "page_not_built", "The page is not built here: npm run build:inspector");
    }
    const takesGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
    const headers = { vary: "accept-encoding", ...(takesGzip && { "content-encoding": "gzip" }) };
    send(response, 200, file.contentType, takesGzip ? file.gzipped : file.body, headers);
  }

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isTurnedAway(request, response, adminRefusal)) return;
    const headers = source.operate === undefined ? { [readOnlyHeader]: "1" } : {};
    const head = { ...commonHeaders, "content-type": "application/x-ndjson", ...headers };
    const isAdmitted = !isClosed && (await source.admit(response, head));
    if (!isAdmitted) refuse(response, 503, "no_room", "Too many look at this already, or it is closing");
  }

  async function draw(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    if (isTurnedAway(request, response, adminRefusal)) return;
    const svg = await source.svg(query);
    if (svg === undefined) return refuse(response, 400, "no_shape", "This names no shape of a model");
    send(response, 200, "image/svg+xml; charset=utf-8", svg);
  }

  function carryOut(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (isTurnedAway(request, response, adminRefusal)) return;
    const operation = operationAt(path);
    if (operation === undefined) return refuse(response, 404, "not_found", "There is no such operation");
    if (source.operate === undefined) return refuse(response, 403, "read_only", "This inspector only shows");
    const result = source.operate(operation);
    if (result.kind === "done") return send(response, 200, "application/json", '{"done":true}\n');
    refuse(response, result.refusal.status, result.refusal.code, result.refusal.message);
  }

  function isTurnedAway(request: IncomingMessage, response: ServerResponse, by: typeof adminRefusal): boolean {
    const refusal = by(request, lock());
    if (refusal === undefined) return false;
    refuse(response, refusal.status, refusal.code, refusal.message, challengeFor(by, refusal.headers));
    return true;
  }

  return {
    handle: (request, response) => {
      // Nothing here reads a body, and one that is left unread would keep the connection from its next request.
      request.resume();
      answer(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else refuse(response, 500, "inspector_error", "The inspector itself failed");
      });
    },
    close: () => {
      isClosed = true;
      source.close();
    },
  };
}

/** Told with the feed to a page that may not offer operations. */
const readOnlyHeader = "x-keyswitch-read-only";

/**
 * What a browser may do with what it gets from here: run the page's own files, talk to where it came from, and nothing
 * else. No page may frame it, so that nobody's click can be led to an operation.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const commonHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/** The page asks for the key itself: its browser must not, and only asks for the document's. */
function challengeFor(by: typeof adminRefusal, headers: Readonly<Record<string, string>>): Record<string, string> {
  if (by === pageRefusal || headers["www-authenticate"] === undefined) return headers;
  return { ...headers, "www-authenticate": "Bearer" };
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, "application/json", `${JSON.stringify({ error: { code, message } })}\n`, headers);
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...commonHeaders,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** The path below the mount, decoded; one that cannot be decoded is nobody's. */
function placeOf(
  { url = "" }: IncomingMessage,
  mount: string,
): { readonly path: string; readonly query: URLSearchParams } {
  const [path = "", query = ""] = url.split("?", 2);
  try {
    const whole = decodeURIComponent(path);
    return { path: whole.startsWith(mount) ? whole.slice(mount.length) : "?", query: new URLSearchParams(query) };
  } catch {
    return { path: "?", query: new URLSearchParams() };
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
