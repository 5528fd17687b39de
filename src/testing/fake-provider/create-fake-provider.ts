import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createBehaviourBook } from "./behaviour-book.ts";
import type { AnswerShape, Behaviour } from "./behaviours.ts";
import { pieces } from "./content.ts";
import { deliveryOf, type Source } from "./delivery.ts";
import { type Dialect, dialectOf, replyTo } from "./dialects/index.ts";
import { beginExchange } from "./exchange.ts";
import { createLabels } from "./labels.ts";
import { receive, type ReceivedRequest, type RecordedRequest } from "./recorded-request.ts";
import { send } from "./send.ts";

/** How a fake provider is set up. */
export interface FakeProviderOptions {
  /** By API key, the name under which answers tell who served. @default `key-1`, `key-2` … in the order in which keys turn up */
  readonly labels?: Readonly<Record<string, string>>;

  /** Refuse requests without a key, or with one that is neither labelled nor scripted, as the provider's dialect would. @default false */
  readonly strictKeys?: boolean;

  /** What healthy answers look like where a behaviour does not say. @default 3 items, no delay, not compressed */
  readonly answers?: AnswerShape;

  /** Length of an embedding where the request names none. @default 8 */
  readonly dimension?: number;

  /** What the list of models holds. @default ["fake-model"] */
  readonly models?: readonly string[];
}

/** A scripted upstream on loopback. */
export interface FakeProvider extends AsyncDisposable {
  /** Origin, without a trailing slash: what Anthropic's client takes as its base. */
  readonly url: string;
  /** Origin and `/v1`: what OpenAI's client takes as its base. */
  readonly baseURL: string;
  readonly port: number;
  /** Every request that arrived whole, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Connections that are open now, idle ones too. */
  readonly openSockets: number;

  /**
   * Appends to what happens to the next requests with this key, one behaviour a request.
   *
   * @throws TypeError when a behaviour is none.
   */
  script(key: string, ...behaviours: readonly Behaviour[]): void;

  /**
   * Says what happens to requests with this key whenever its script is at its end.
   *
   * @throws TypeError when the behaviour is none.
   */
  set(key: string, behaviour: Behaviour): void;

  /** Resolves once so many requests have arrived, in all. Rejects with an AbortError if the provider closes before. */
  received(count: number): Promise<void>;

  /** Forgets scripts, standing behaviours and requests; what is in flight goes on. */
  reset(): void;

  /** Ends at once, also what hangs, and frees the port. A second call waits for the first. */
  close(): Promise<void>;
}

/**
 * Starts an upstream that answers over real sockets in the dialects of OpenAI, Azure, Anthropic and Gemini, and fails as it is told.
 *
 * What it does with a request depends on the API key in it, so that one provider plays all credentials of a model.
 *
 * @example
 * ```ts
 * import { createFakeProvider, failures } from "keyswitch/testing";
 *
 * const upstream = await createFakeProvider({ labels: { "sk-1": "primary", "sk-2": "backup" } });
 * upstream.set("sk-1", failures.openai.insufficientQuota);
 * upstream.script("sk-2", { hang: true }, { cutAfterItems: 2 });
 * await upstream.close();
 * ```
 */
export async function createFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const book = createBehaviourBook();
  const labels = createLabels(options.labels ?? {});
  const requests: RecordedRequest[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  let served = 0;

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      const clientLeft = !incoming.complete || response.closed;
      if (!clientLeft) confess(error, response);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(incoming);
    const exchange = beginExchange(request, response, closing.signal);
    requests.push(exchange.record);
    arrivals.emit("request");
    const dialect = dialectOf(request);
    const behaviour = isRefused(request.key) ? dialect.invalidKey : book.next(request.key ?? "");
    served += 1;
    await send(deliveryOf(behaviour, sourceOf(request, dialect, served)), exchange);
  }

  function isRefused(key: string | undefined): boolean {
    return options.strictKeys === true && !(key !== undefined && (labels.knows(key) || book.knows(key)));
  }

  function sourceOf(request: ReceivedRequest, dialect: Dialect, count: number): Source {
    const label = labels.of(request.key);
    const serial = `fake${String(count).padStart(6, "0")}`;
    return {
      headers: { [dialect.requestIdHeader]: `req_${serial}`, "x-served-by": label },
      defaults: { items: 3, ...options.answers },
      compose: (shape) =>
        replyTo(request, dialect, {
          json: isJsonObject(request.json) ? request.json : {},
          parts: request.parts,
          query: request.query,
          model: request.model ?? "fake-model",
          pieces: pieces(shape.text ?? `Answered by ${label}.`, shape.items),
          label,
          serial,
          createdS: Math.floor(request.at / 1000),
          dimension: options.dimension ?? 8,
          models: options.models ?? ["fake-model"],
        }),
    };
  }

  async function received(count: number): Promise<void> {
    while (requests.length < count) await once(arrivals, "request", { signal: closing.signal });
  }

  function reset(): void {
    book.clear();
    requests.length = 0;
  }

  async function close(): Promise<void> {
    closing.abort();
    if (!server.listening) return closed;
    server.close();
    server.closeAllConnections();
    return closed;
  }

  const closed = once(server, "close").then(() => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    baseURL: `${url}/v1`,
    port,
    requests,
    get openSockets() {
      return sockets.size;
    },
    script: (key, ...behaviours) => book.script(key, behaviours),
    set: (key, behaviour) => book.set(key, behaviour),
    received,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A fault of this double must not look like one that was scripted. */
function confess(error: unknown, response: ServerResponse): void {
  const reason = error instanceof Error ? error.message : String(error);
  if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
  response.end(`The fake provider itself failed: ${reason}`);
}

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
