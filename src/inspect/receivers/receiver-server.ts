import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { UsageError } from "../../errors.ts";
import { hostRefusal, isSameKey } from "../../operator/guard.ts";
import { freshToken } from "../loopback.ts";
import type { Dialect } from "./dialect.ts";
import { createReceiver, mostBufferedBytes, type Receiver } from "./receiver.ts";
import type { MachinesListener, MachinesWatch } from "./shown-machine.ts";
import { statelyDialect } from "./stately-dialect.ts";
import { xstateInspectDialect } from "./xstate-inspect-dialect.ts";

/** Where receivers connect. The addresses hold a token that is this process's own: whoever has one may look. */
export interface ReceiverAddresses {
  /** For `createWebSocketReceiver({ server })` of `@statelyai/inspect`. */
  readonly stately: string;
  /** For `createWebSocketReceiver({ server })` of `@xstate/inspect`. */
  readonly xstateInspect: string;
}

/** What a server for receivers is made of. */
export interface ReceiverServerParts {
  /** Begins to look at machines: called when the first receiver comes, and again when one does after the last has left. */
  readonly watch: (listener: MachinesListener) => MachinesWatch;
  /** Origins of pages that may receive. */
  readonly origins: readonly string[];
}

/** Waits for receivers on this machine, and tells each of machines in its dialect. */
export interface ReceiverServer {
  listen(port?: number): Promise<ReceiverAddresses>;
  readonly receivers: number;
  /** Moves that receivers were not told one by one. */
  readonly dropped: number;
  close(): Promise<void>;
}

const dialects: ReadonlyMap<string, Dialect> = new Map([
  ["/stately", statelyDialect],
  ["/xstate-inspect", xstateInspectDialect],
]);

const mostReceivers = 16;
/** How long a receiver may take to hang up when the server closes. */
const partingMs = 1_000;
/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const goingAway = 1001;
/** Of what a receiver may say nothing is read but that it is there. */
const mostIncomingBytes = 4096;

/**
 * Makes a server that has no receiver yet.
 *
 * @throws UsageError for an origin that is none.
 */
export function createReceiverServer({ watch, origins }: ReceiverServerParts): ReceiverServer {
  for (const origin of origins) assertOrigin(origin);
  const token = freshToken().reveal();
  const receivers = new Set<Receiver>();
  let droppedBefore = 0;
  let watching: MachinesWatch | undefined;

  const server = createServer((_request, response) => {
    response.writeHead(426, { upgrade: "websocket", connection: "close" }).end();
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostIncomingBytes,
    perMessageDeflate: false,
    autoPong: false,
  });
  server.on("upgrade", (request, socket, head) => {
    // Whoever leaves in the middle of it is no fault of ours.
    socket.on("error", () => socket.destroy());
    const dialect = dialects.get(placeOf(request).pathname);
    const refusal = dialect === undefined ? "404 Not Found" : refusalOf(request, token, origins);
    if (dialect === undefined || refusal !== undefined) return turnAway(socket, refusal ?? "");
    if (sockets.clients.size >= mostReceivers) return turnAway(socket, "503 Service Unavailable");
    sockets.handleUpgrade(request, socket, head, (accepted) => welcome(accepted, dialect));
  });

  function welcome(socket: WebSocket, dialect: Dialect): void {
    let receiver: Receiver | undefined;
    const begin = (): void => admit((receiver = createReceiver(socket, dialect)));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => receiver && dismiss(receiver));
    socket.on("message", (data, isBinary) => {
      if (receiver === undefined && !isBinary && dialect.asks?.((data as Buffer).toString()) === true) begin();
    });
    // Answers to one who pings and never reads would pile up.
    socket.on("ping", (data) => {
      if (socket.bufferedAmount < mostBufferedBytes) socket.pong(data);
    });
    if (dialect.asks === undefined) begin();
  }

  function admit(receiver: Receiver): void {
    receivers.add(receiver);
    if (watching === undefined) watching = watch(toAll(receivers));
    else for (const machine of watching.machines()) receiver.appeared(machine);
  }

  function dismiss(receiver: Receiver): void {
    receivers.delete(receiver);
    droppedBefore += receiver.dropped;
    if (receivers.size > 0) return;
    watching?.stop();
    watching = undefined;
  }

  return {
    listen: async (port = 0) => {
      server.listen({ host: "127.0.0.1", port });
      await once(server, "listening");
      const at = (path: string): string => `127.0.0.1:${(server.address() as AddressInfo).port}${path}?token=${token}`;
      return { stately: `ws://${at("/stately")}`, xstateInspect: at("/xstate-inspect") };
    },
    get receivers() {
      return receivers.size;
    },
    get dropped() {
      return [...receivers].reduce((sum, { dropped }) => sum + dropped, droppedBefore);
    },
    close: async () => {
      if (!server.listening) return;
      watching?.stop();
      for (const socket of sockets.clients) socket.close(goingAway);
      const impatience = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), partingMs);
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
      clearTimeout(impatience);
    },
  };
}

function toAll(receivers: ReadonlySet<Receiver>): MachinesListener {
  return {
    appeared: (machine) => receivers.forEach((receiver) => receiver.appeared(machine)),
    moved: (machine, move) => receivers.forEach((receiver) => receiver.moved(machine, move)),
    gone: (machine) => receivers.forEach((receiver) => receiver.gone(machine)),
  };
}

/**
 * Why a request may not come in. The name that it asks for keeps out pages that point one of their own at this machine,
 * the origin keeps out pages that were handed the address, and the token everybody else.
 */
function refusalOf(request: IncomingMessage, token: string, origins: readonly string[]): string | undefined {
  const { origin } = request.headers;
  const isForeign = origin !== undefined && !origins.includes(origin);
  if (isForeign || hostRefusal(request, { adminKey: undefined, hostNames: [] }) !== undefined) return "403 Forbidden";
  return isSameKey(placeOf(request).searchParams.get("token") ?? "", token) ? undefined : "401 Unauthorized";
}

/** A target that is no path is nobody's. */
function placeOf({ url = "" }: IncomingMessage): URL {
  return URL.parse(url, "http://localhost") ?? new URL("http://localhost/");
}

function turnAway(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function assertOrigin(origin: string): void {
  if (URL.parse(origin)?.origin === origin) return;
  throw new UsageError({
    path: "origins",
    found: JSON.stringify(origin),
    wanted: 'an origin without a path, as "http://localhost:3000"',
  });
}
