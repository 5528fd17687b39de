import type { IncomingMessage, ServerResponse } from "node:http";
import { createEventFeed, type FeedOptions } from "./event-feed.ts";
import { type AdminLock, adminRefusal } from "../../operator/guard.ts";
import {
  operate,
  operationAt,
  type OperatedModels,
  type OperationRefusal,
  unknownModel,
} from "../../operator/operations.ts";
import { reportOn } from "./model-report.ts";

/** What the operator's side of a gateway is made of. */
export interface AdminParts extends FeedOptions {
  readonly models: OperatedModels;
  /** What opens it now: it may change when the configuration is reloaded. */
  readonly lock: () => AdminLock;
}

/** The operator's side of a gateway: everything under `/admin`. */
export interface AdminApi {
  /** Answers a request, whatever it is. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Tells of the models that there are now. To be called when they have changed. */
  follow(): void;
  /** Ends the streams of events, so that they do not hold up a drain. */
  close(): void;
}

/** An answer, or the word that one is being sent. */
type Answer = JsonAnswer | "streaming";

interface JsonAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What follows `/admin`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly matches: (path: string) => boolean;
  readonly answer: (exchange: Exchange) => Answer;
}

/** Makes the operator's side of a gateway. */
export function createAdminApi({ models, lock, heartbeatMs }: AdminParts): AdminApi {
  const feed = createEventFeed({ heartbeatMs });
  const routes: readonly AdminRoute[] = [
    { method: "GET", matches: (path) => path === "/models", answer: listModels },
    { method: "GET", matches: (path) => path === "/events", answer: streamEvents },
    { method: "POST", matches: (path) => operationAt(path) !== undefined, answer: carryOut },
    { method: "GET", matches: (path) => path.startsWith(aModel), answer: showModel },
  ];

  function listModels(): Answer {
    const all = models.ids.flatMap((id) => models.get(id)?.face ?? []);
    return { status: 200, body: { models: all.map(reportOn) } };
  }

  function showModel({ path }: Exchange): Answer {
    const id = path.slice(aModel.length);
    const model = models.get(id);
    if (model !== undefined) return { status: 200, body: reportOn(model.face) };
    // A word on a model that was asked for like a page, as by a browser.
    const words = routes.filter(({ method, matches }) => method === "POST" && matches(path));
    return words.length > 0 ? noRoute(words) : refused(unknownModel(models, id));
  }

  function carryOut({ path }: Exchange): Answer {
    const operation = operationAt(path);
    if (operation === undefined) return noRoute([]);
    const operated = operate(models, operation);
    if (operated.kind === "refused") return refused(operated.refusal);
    return { status: 200, body: reportOn(operated.model) };
  }

  function streamEvents({ request, response, query }: Exchange): Answer {
    const model = query.get("model") ?? undefined;
    if (model !== undefined && models.get(model) === undefined) return refused(unknownModel(models, model));
    if (!feed.hasRoom) return failure(503, "too_many_readers", "Too many read the events already");
    feed.open(request, response, model);
    return "streaming";
  }

  function answerTo(request: IncomingMessage, response: ServerResponse): Answer {
    const refusal = adminRefusal(request, lock());
    if (refusal !== undefined) {
      return { ...failure(refusal.status, refusal.code, refusal.message), headers: refusal.headers };
    }
    const { path, query } = placeOf(request);
    const matching = routes.filter(({ matches }) => matches(path));
    const route = matching.find(({ method }) => method === request.method);
    if (route === undefined) return noRoute(matching);
    return route.answer({ request, response, path, query });
  }

  function follow(): void {
    feed.follow(models.ids.flatMap((id) => models.get(id)?.face ?? []));
  }

  follow();
  return {
    handle: (request, response) => {
      // Nothing here reads a body, and one that is left unread would keep the connection from its next request.
      request.resume();
      const answer = answerTo(request, response);
      if (answer !== "streaming") send(response, answer);
    },
    follow,
    close: () => feed.close(),
  };
}

const aModel = "/models/";

function refused({ status, code, message, known }: OperationRefusal): JsonAnswer {
  return failure(status, code, message, { ...(known !== undefined && { known }) });
}

function noRoute(matching: readonly AdminRoute[]): JsonAnswer {
  if (matching.length === 0) return failure(404, "not_found", "There is nothing of this name under /admin");
  const allow = matching.map(({ method }) => method).join(", ");
  return { ...failure(405, "method_not_allowed", `This wants ${allow}`), headers: { allow } };
}

function failure(status: number, code: string, message: string, details: object = {}): JsonAnswer {
  return { status, body: { error: { code, message, ...details } } };
}

function send(response: ServerResponse, { status, body, headers = {} }: JsonAnswer): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

/** The path below `/admin`, decoded; one that cannot be decoded is nobody's. */
function placeOf({ url = "" }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const [path = "", query = ""] = url.split("?", 2);
  try {
    return { path: decodeURIComponent(path).replace(/^\/admin/, ""), query: new URLSearchParams(query) };
  } catch {
    return { path: "", query: new URLSearchParams() };
  }
}
