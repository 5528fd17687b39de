import type { RuntimeModel } from "../config/index.ts";
import type { LiveModel } from "../model.ts";
import type { Api } from "../providers/provider.ts";
import { type CallerRequest, memberOf } from "../transport/caller-request.ts";
import { parsedJson } from "../transport/error-body.ts";
import type { Client } from "./clients.ts";
import type { Exchange, Gateway } from "./context.ts";
import { badRequest, Refusal } from "./refusal.ts";

/**
 * The model that a request asks for: by its path in Gemini's dialect, else by its body.
 *
 * @throws Refusal unless there is such a model, its dialect is the route's, and the client may use it.
 */
export function askedModel({ gateway, client, api, parameters }: Exchange, request: CallerRequest): LiveModel {
  if (!isReadable(request, api)) throw notJson(request);
  const id = api === "gemini" ? decoded(parameters[0] ?? "") : namedModel(request, gateway, client);
  const model = gateway.models.get(id);
  if (client.models?.has(id) === false) throw notAllowed(id, client);
  if (model === undefined) throw unknownModel(id, gateway, client);
  const { runtime } = model.present();
  if (runtime.api !== api) throw otherDialect(runtime, api);
  return model;
}

/** Ids of the models that a client may ask for over HTTP, in the configuration's order. */
export function modelsFor({ models }: Pick<Gateway, "models">, client: Client): readonly string[] {
  return models.ids.filter((id) => models.get(id)?.present().runtime.api !== "any" && client.models?.has(id) !== false);
}

function namedModel(request: CallerRequest, gateway: Gateway, client: Client): string {
  const text = memberOf(request, "model");
  const name: unknown = request.json === undefined ? text : parsedJson(text ?? "null");
  if (typeof name === "string" && name !== "") return name;
  throw badRequest("missing_model", `The request names no model; there is ${list(modelsFor(gateway, client))}`);
}

/**
 * Whether the configuration can be put over a body: its model, its limits. Some upstreams read what is no JSON, as names
 * without quotes, and would take the caller's instead.
 */
function isReadable(request: CallerRequest, api: Api): boolean {
  return request.json === undefined ? api !== "gemini" && isForm(request) : request.json.closedAt !== undefined;
}

/** What `curl -d` sends says that it is a form, whatever is in it. */
function notJson({ headers }: CallerRequest): Refusal {
  const { "content-type": type = "application/json" } = headers;
  const isJson = /\bjson\b/i.test(String(type));
  return badRequest(
    "invalid_json",
    isJson
      ? "The body is no JSON object"
      : "The request wants a JSON object, and the header content-type: application/json",
  );
}

function isForm({ headers }: CallerRequest): boolean {
  return /^multipart\/form-data/i.test(String(headers["content-type"] ?? ""));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function notAllowed(id: string, client: Client): Refusal {
  const message = `The key "${client.id}" may not use model "${shown(id)}"`;
  return new Refusal({ status: 403, code: "model_not_allowed", message });
}

function unknownModel(id: string, gateway: Gateway, client: Client): Refusal {
  const message = `There is no model "${shown(id)}"; there is ${list(modelsFor(gateway, client))}`;
  return new Refusal({ status: 404, code: "model_not_found", message });
}

const doors: Readonly<Record<Api, string>> = {
  openai: "/v1/chat/completions and its siblings",
  anthropic: "/v1/messages",
  gemini: "/v1beta/models/{model}:generateContent and its siblings",
};

/** Nothing is translated from one dialect into another. */
function otherDialect({ id, api }: RuntimeModel, route: Api): Refusal {
  if (api === "any") return badRequest("model_not_served", `Model "${id}" serves functions only, not HTTP`);
  const message = `Model "${id}" speaks the dialect of ${api}: ask for it at ${doors[api]}, not in that of ${route}`;
  return badRequest("wrong_dialect", message);
}

function shown(id: string): string {
  return id.slice(0, 128);
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "none that this key may use" : ids.map((id) => `"${id}"`).join(", ");
}
