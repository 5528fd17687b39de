import type { Route } from "../context.ts";
import { notFound } from "../refusal.ts";

/** What exists in one account only, so that no choice of credentials can serve it. */
export const accountBoundRoutes: readonly Route[] = [
  /^\/v1\/files(?:\/.*)?$/,
  /^\/v1\/batches(?:\/.*)?$/,
  /^\/v1\/messages\/batches(?:\/.*)?$/,
  /^\/v1\/responses\/.+$/,
].flatMap((path) => [
  { method: "GET", path, handle: explain },
  { method: "POST", path, handle: explain },
]);

function explain(): never {
  throw notFound(
    "Files, batches and stored responses exist in one account only, and this gateway serves a model from several: " +
      "ask the provider for them with the key that made them",
  );
}
