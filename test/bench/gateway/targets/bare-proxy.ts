/**
 * The cheapest reverse proxy on Node's own HTTP server and undici that still looks at an answer's status before its client
 * does: what every gateway on Node costs at least. It collects the request, swaps the key, and hands the answer on as it
 * comes. It parses nothing and fails over to nothing.
 *
 *     node bare-proxy.ts PORT UPSTREAM KEY
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";

const [port = "", upstream = "", key = ""] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 256, keepAliveTimeout: 60_000 });
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding", "trailer", "upgrade"]);

/** A body that comes in one piece leaves with the head, in one write. */
class Forwarding implements Dispatcher.DispatchHandler {
  readonly #outgoing: ServerResponse;
  #leftBytes = -1;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#outgoing.once("close", () => {
      if (!this.#outgoing.writableFinished) controller.abort(new Error("The client left"));
    });
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const passed: Record<string, string | string[] | undefined> = {};
    for (const name in headers) if (!hopByHop.has(name)) passed[name] = headers[name];
    this.#leftBytes = Number(headers["content-length"] ?? -1);
    this.#outgoing.writeHead(status, passed);
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#leftBytes -= piece.length;
    if (this.#leftBytes === 0) return void this.#outgoing.end(piece);
    if (this.#outgoing.write(piece)) return;
    controller.pause();
    this.#outgoing.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    if (!this.#outgoing.writableEnded) this.#outgoing.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#outgoing.destroy(error);
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): void {
  const { "content-type": contentType = "", accept = "" } = incoming.headers;
  pool.dispatch(
    {
      path: incoming.url ?? "/",
      method: "POST",
      headers: { "content-type": contentType, accept, authorization: `Bearer ${key}` },
      body,
    },
    new Forwarding(outgoing),
  );
}

createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.on("end", () => forward(incoming, outgoing, Buffer.concat(pieces)));
}).listen(Number(port), "127.0.0.1");

process.once("SIGTERM", () => process.exit());
