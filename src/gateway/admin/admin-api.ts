import type { IncomingMessage, ServerResponse } from "node:http";
import type { OperatorEvent } from "../../engine/model-engine.ts";
import { ClosedError } from "../../errors.ts";
import type { Model } from "../../model.ts";
import { createEventFeed, type FeedOptions } from "./event-feed.ts";
import { type AdminLock, adminRefusal } from "./guard.ts";
import { reportOn } from "./model-report.ts";

/** The models of a gateway, as its operator sees them; a `ModelSet` is one. */
export interface OperatedModels {
  readonly ids: readonly string[];
  get(id: string): OperatedModel | undefined;
}

/** A model that an operator has a word on. */
export interface OperatedModel {
  readonly face: Model;
  /** @throws ClosedError */
  present(): { readonly engine: { operate(event: OperatorEvent): void } };
}

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
  readonly query: URLSearchParams;
  /** The named parts of the path. */
  readonly part: (name: "model" | "credential" | "verb") => string;
}

interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly pattern: RegExp;
  readonly answer: (exchange: Exchange) => Answer;
}

/** Makes the operator's side of a gateway. */
export function createAdminApi({ models, lock, heartbeatMs }: AdminParts): AdminApi {
  const feed = createEventFeed({ heartbeatMs });
  // A model's name may hold slashes, so that it is what stands between the words around it.
  const routes: readonly AdminRoute[] = [
    { method: "GET", pattern: /^\/models$/, answer: listModels },
    { method: "GET", pattern: /^\/events$/, answer: streamEvents },
    {
      method: "POST",
      pattern: /^\/models\/(?<model>.+)\/credentials\/(?<credential>[^/]+)\/(?<verb>disable|enable)$/,
      answer: operateCredential,
    },
    { method: "POST", pattern: /^\/models\/(?<model>.+)\/(?<verb>reset|failback)$/, answer: operateModel },
    { method: "GET", pattern: /^\/models\/(?<model>.+)$/, answer: showModel },
  ];

  function listModels(): Answer {
    const all = models.ids.flatMap((id) => models.get(id)?.face ?? []);
    return { status: 200, body: { models: all.map(reportOn) } };
  }

  function showModel({ part }: Exchange): Answer {
    const model = models.get(part("model"));
    return model === undefined ? unknownModel(part("model")) : { status: 200, body: reportOn(model.face) };
  }

  function operateModel({ part }: Exchange): Answer {
    const model = models.get(part("model"));
    if (model === undefined) return unknownModel(part("model"));
    const { credentials, disabled } = model.face.snapshot();
    if (disabled.length === credentials.length) {
      return failure(409, "all_disabled", `Every credential of "${model.face.id}" is disabled: enable one first`);
    }
    return operate(model, { type: part("verb") === "reset" ? "RESET" : "FAILBACK" });
  }

  function operateCredential({ part }: Exchange): Answer {
    const model = models.get(part("model"));
    if (model === undefined) return unknownModel(part("model"));
    const { credentials } = model.face.snapshot();
    const slot = credentials.indexOf(part("credential"));
    if (slot < 0) {
      return failure(404, "unknown_credential", `"${model.face.id}" has no such credential`, { known: credentials });
    }
    return operate(model, { type: part("verb") === "disable" ? "DISABLE" : "ENABLE", slot });
  }

  function streamEvents({ request, response, query }: Exchange): Answer {
    const model = query.get("model") ?? undefined;
    if (model !== undefined && models.get(model) === undefined) return unknownModel(model);
    if (!feed.hasRoom) return failure(503, "too_many_readers", "Too many read the events already");
    feed.open(request, response, model);
    return "streaming";
  }

  function unknownModel(id: string): JsonAnswer {
    return failure(404, "unknown_model", `There is no model ${JSON.stringify(id)}`, { known: models.ids });
  }

  function answerTo(request: IncomingMessage, response: ServerResponse): Answer {
    const refusal = adminRefusal(request, lock());
    if (refusal !== undefined) {
      return { ...failure(refusal.status, refusal.code, refusal.message), headers: refusal.headers };
    }
    const { path, query } = placeOf(request);
    const matching = routes.filter(({ pattern }) => pattern.test(path));
    const route = matching.find(({ method }) => method === request.method);
    if (route === undefined) return noRoute(matching);
    const { groups = {} } = route.pattern.exec(path) ?? {};
    return route.answer({ request, response, query, part: (name) => groups[name] ?? "" });
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

/** Carries out an operator's word; said again, it changes nothing more. */
function operate(model: OperatedModel, event: OperatorEvent): JsonAnswer {
  try {
    model.present().engine.operate(event);
    return { status: 200, body: reportOn(model.face) };
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    return failure(409, "model_closed", `"${model.face.id}" takes no more calls`);
  }
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
