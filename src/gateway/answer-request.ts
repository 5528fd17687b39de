import type { IncomingMessage, ServerResponse } from "node:http";
import { nextCallId } from "../engine/call-id.ts";
import { ClosedError } from "../errors.ts";
import type { Clients } from "./clients.ts";
import type { Gateway } from "./context.ts";
import { refuseForeignPages } from "./foreign-pages.ts";
import { guessDialect } from "./guess-dialect.ts";
import { badRequest, Refusal } from "./refusal.ts";
import { targetOf } from "./request-target.ts";
import type { RouteTable } from "./route-table.ts";
import { writeRefusal } from "./write-refusal.ts";

/** What requests are answered with. */
export interface Reception {
  readonly gateway: Gateway;
  readonly table: RouteTable;
  readonly clients: Clients;
  /** Where anyone on this machine may call: the names that the gateway is reached by. */
  readonly keylessHosts: ReadonlySet<string> | undefined;
}

/** Answers one request: finds its route, sees who asks, and lets the route do the rest. It never throws. */
export async function answerRequest(
  { gateway, table, clients, keylessHosts }: Reception,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const target = targetOf(incoming.url);
  let api = guessDialect(target.pathname, incoming.headers);
  try {
    if (namesTwoHosts(incoming)) throw twoHosts;
    if (keylessHosts !== undefined) refuseForeignPages(incoming, keylessHosts);
    if (incoming.method === "OPTIONS") return writeOptions(outgoing, table.methodsAt(target.pathname));
    const { route, parameters } = table.find(incoming.method ?? "", target.pathname);
    api = route.api ?? api;
    if (gateway.closing.aborted && route.isOpen !== true) throw draining;
    const client = clients.identify(incoming, target, route.isOpen === true);
    await route.handle({ gateway, incoming, outgoing, target, parameters, client, api });
  } catch (error) {
    if (outgoing.destroyed) return;
    const call = nextCallId();
    const refusal = refusalFor(error, gateway, call);
    const { status, code } = refusal.answer;
    gateway.logger.debug({ event: "refused", call, status, code }, `refused: ${status} ${code}`);
    writeRefusal(outgoing, api, refusal, call);
  }
}

/** The first of them is read here, and perhaps the last by who stands before the gateway (RFC 9112, 3.2). */
function namesTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  const isHost = (text: string, at: number): boolean => at % 2 === 0 && text.length === 4 && /^host$/i.test(text);
  return rawHeaders.findIndex(isHost) !== rawHeaders.findLastIndex(isHost);
}

const twoHosts = badRequest("two_hosts", "The request has more than one Host header");

const draining = new Refusal(
  { status: 503, code: "draining", message: "This gateway is going down and takes no new calls" },
  { "retry-after": "1", connection: "close" },
);

const failed = new Refusal({
  status: 500,
  code: "gateway_error",
  message: "The gateway itself failed; its log says how",
});

/** What a request is told of whatever went wrong here. */
function refusalFor(error: unknown, { logger }: Gateway, call: string): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof ClosedError) return draining;
  logger.error({ event: "gateway_error", call, err: error }, "a request could not be answered");
  return failed;
}

function writeOptions(outgoing: ServerResponse, methods: readonly string[]): void {
  outgoing.writeHead(204, { allow: [...methods, "OPTIONS"].join(", ") }).end();
}
