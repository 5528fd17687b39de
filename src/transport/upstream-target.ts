import type { Credential } from "../config/runtime.ts";
import type { Api } from "../providers/provider.ts";
import type { CallerRequest } from "./caller-request.ts";
import { routeOf, upstreamUrl } from "./upstream-url.ts";

/** Where a request goes. */
export interface UpstreamTarget {
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  /** What it is for, without base and version: `/chat/completions`. */
  readonly route: string;
}

/** A model is asked in a handful of ways; a client that makes up more of them only has them worked out again. */
const mostKnown = 64;
const known = new WeakMap<Credential, Map<string, UpstreamTarget>>();

/** Where a credential takes a request, worked out once: making a URL costs more than all else that sending it takes here. */
export function upstreamTarget(url: CallerRequest["url"], api: Api, credential: Credential): UpstreamTarget {
  const targets = known.get(credential) ?? new Map<string, UpstreamTarget>();
  const asked = url.pathname + url.search;
  const target = targets.get(asked);
  if (target !== undefined) return target;
  const { origin, pathname, search } = upstreamUrl(url, api, credential);
  const found = { origin, path: pathname + search, route: routeOf(url).route };
  if (targets.size === mostKnown) targets.clear();
  known.set(credential, targets.set(asked, found));
  return found;
}
