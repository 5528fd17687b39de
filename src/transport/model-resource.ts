import type { Api } from "../providers/provider.ts";

/** Gemini names a model by its resource, in the path as in bodies: https://ai.google.dev/api/models. Other dialects by its bare name. */
const modelInPath = /^\/(?:models|tunedModels)\/[^/:]+/;

/** A route with the credential's model where its dialect has one in the path. */
export function withModel(api: Api, route: string, model: string): string {
  if (api !== "gemini") return route;
  return route.replace(modelInPath, () => `/${modelResource(api, model).split("/").map(encodeURIComponent).join("/")}`);
}

/** A model's name as its dialect writes it in a body. A Gemini model may be configured as `gemini-2.5-flash` or `tunedModels/mine`. */
export function modelResource(api: Api, model: string): string {
  return api !== "gemini" || model.includes("/") ? model : `models/${model}`;
}
