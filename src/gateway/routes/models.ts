import type { Api } from "../../providers/provider.ts";
import { modelsFor } from "../asked-model.ts";
import type { Exchange, Route } from "../context.ts";
import { notFound } from "../refusal.ts";
import { writeJson } from "../write-refusal.ts";

/** The configured models, as far as the client may use them. */
export const modelRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/models", handle: listModels },
  { method: "GET", path: /^\/v1\/models\/(.+)$/, handle: showModel },
  { method: "GET", path: "/v1beta/models", api: "gemini", handle: listModels },
  { method: "GET", path: /^\/v1beta\/models\/([^:]+)$/, api: "gemini", handle: showModel },
];

function listModels({ gateway, client, api, outgoing }: Exchange): void {
  writeJson(outgoing, 200, listIn(api, modelsFor(gateway, client)));
}

function showModel({ gateway, client, api, outgoing, parameters }: Exchange): void {
  const id = modelsFor(gateway, client).find((each) => [each, encodeURIComponent(each)].includes(parameters[0] ?? ""));
  if (id === undefined)
    throw notFound("There is no such model, or this key may not use it; GET /v1/models lists those");
  writeJson(outgoing, 200, modelIn(api, id));
}

function listIn(api: Api, ids: readonly string[]): unknown {
  const models = ids.map((id) => modelIn(api, id));
  switch (api) {
    case "openai":
      return { object: "list", data: models };
    case "anthropic":
      return { data: models, has_more: false, first_id: ids.at(0) ?? null, last_id: ids.at(-1) ?? null };
    case "gemini":
      return { models };
  }
}

/** When a model was made is not known here; the dialects ask for a time all the same. */
function modelIn(api: Api, id: string): unknown {
  switch (api) {
    case "openai":
      return { id, object: "model", created: 0, owned_by: "keyswitch" };
    case "anthropic":
      return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
    case "gemini":
      return { name: `models/${id}`, displayName: id };
  }
}
