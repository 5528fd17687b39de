import type { Credential, EmbeddingOptions, RuntimeModel } from "../config/runtime.ts";
import type { EmbeddingRoute, EmbeddingWire, MediaFacts, Members, SignedAuth } from "../providers/embedding-wire.ts";
import { embeddingWireOf } from "../providers/embedding-wires.ts";
import type { Auth } from "../providers/provider.ts";
import { endpointOf } from "../transport/endpoint.ts";
import { upstreamUrl } from "../transport/upstream-url.ts";
import type { InputNeeds, MediaNeeds } from "./input.ts";

/** One credential, as it is asked for embeddings. */
export interface EmbeddingUpstream {
  readonly credential: Credential;
  readonly route: EmbeddingRoute;
  readonly url: URL;
  readonly auth: Auth | SignedAuth;
  readonly encoding: Members;
  readonly dimension: Members;
  readonly purpose: { readonly query: Members; readonly document: Members };
  readonly takes: Takes;
}

/** What an upstream takes besides texts. */
interface Takes {
  readonly images: MediaNeeds;
  readonly videos: MediaNeeds;
  /** Several parts that make one vector together. */
  readonly fusion: boolean;
  /** Of these several of one kind. */
  readonly repeats: boolean;
}

/** The credentials of a model that can be asked for its vectors, by id, worked out once. */
export function embeddingUpstreams({ credentials, embedding }: RuntimeModel): ReadonlyMap<string, EmbeddingUpstream> {
  const upstreams = credentials.flatMap((credential) => {
    const upstream = embedding && upstreamOf(credential, embedding);
    return upstream === undefined ? [] : [[credential.id, upstream] as const];
  });
  return new Map(upstreams);
}

function upstreamOf(credential: Credential, embedding: EmbeddingOptions): EmbeddingUpstream | undefined {
  const wire = embeddingWireOf(credential.provider);
  const route = wire && routeOf(wire, credential, embedding);
  const url = route && urlOf(route, credential);
  if (route === undefined || url === undefined) return undefined;
  if (!(route.vectors ?? ["dense"]).includes(embedding.vectors)) return undefined;
  return {
    credential,
    route,
    url,
    auth: route.auth ?? authOf(route, credential),
    encoding: encodingOf(route, embedding),
    dimension: dimensionOf(route, credential),
    purpose: {
      query: purposeOf(route, embedding.queryParam ?? route.purpose?.query),
      document: purposeOf(route, embedding.documentParam ?? route.purpose?.document),
    },
    takes: takesOf(route, credential, embedding),
  };
}

function routeOf(
  { text, elaborate = text, multimodal }: EmbeddingWire,
  { model }: Credential,
  { input, vectors, queryParam, documentParam }: EmbeddingOptions,
): EmbeddingRoute {
  const isBeyondTexts = input === "multimodal" || vectors !== "dense";
  if (multimodal !== undefined && isBeyondTexts && (multimodal.models?.test(model) ?? true)) return multimodal;
  const isPlain = vectors === "dense" && queryParam === undefined && documentParam === undefined;
  return isPlain ? text : elaborate;
}

/** Undefined where nobody says where the upstream is. */
function urlOf(route: EmbeddingRoute, credential: Credential): URL | undefined {
  const apiBase = baseOf(route, credential);
  if (apiBase === undefined) return undefined;
  if (route.path === undefined) return upstreamUrl(embeddings, "openai", { ...credential, apiBase });
  const url = new URL(apiBase);
  const base = url.pathname.replace(/\/$/, "").replace(route.otherBases ?? /(?!)/, "");
  url.pathname = base + route.path.replace("{model}", () => encodeURIComponent(credential.model));
  for (const [parameter, header] of Object.entries(route.parameters ?? {})) {
    const value = credential.headers[header];
    if (value !== undefined) url.searchParams.set(parameter, value.reveal());
  }
  return url;
}

const embeddings = { pathname: "/v1/embeddings", search: "" };

function baseOf(route: EmbeddingRoute, credential: Credential): string | undefined {
  const { apiBase, host } = credential;
  if (apiBase !== undefined) return apiBase;
  if (host !== undefined) return `https://${host}`;
  if (route.path === undefined) return endpointOf(credential, "openai").apiBase;
  return route.apiBase?.replace("{region}", () => regionOf(route, credential));
}

/** The region that a credential's requests are signed for. */
export function regionOf({ auth }: EmbeddingRoute, { region }: Credential): string {
  return region ?? (typeof auth === "object" && "signedFor" in auth ? auth.signedFor.region : "");
}

const bearer: Auth = { header: "authorization", scheme: "Bearer" };

function authOf({ path }: EmbeddingRoute, credential: Credential): Auth {
  return path === undefined ? endpointOf(credential, "openai").auth : bearer;
}

function encodingOf({ encoding }: EmbeddingRoute, { encodingFormat }: EmbeddingOptions): Members {
  const format = encodingFormat ?? encoding?.preferred;
  return (format && encoding?.[format]) ?? {};
}

function dimensionOf({ dimension: fact }: EmbeddingRoute, { model, dimension }: Credential): Members {
  return fact === undefined || dimension === undefined || !fact.models.test(model) ? {} : { [fact.member]: dimension };
}

/** A word goes into the route's member; `name=word,name=word` names members of its own. */
function purposeOf({ purpose }: EmbeddingRoute, word: string | undefined): Members {
  if (word === undefined || purpose === undefined) return {};
  const isMeant = purpose.isSentence !== true || /\s/.test(word.trim());
  if (!word.includes("=")) return isMeant ? { [purpose.member]: word } : {};
  const pairs = word.split(",").map((pair) => /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair?.[1] ? [[pair[1], pair[2]]] : [])));
}

function takesOf({ images, videos, fused }: EmbeddingRoute, { model }: Credential, options: EmbeddingOptions): Takes {
  const fusion = fused !== undefined && (fused.models?.test(model) ?? true);
  return {
    images: takenOf(images, model, options),
    videos: takenOf(videos, model, options),
    fusion,
    repeats: fusion && fused.onePerKind?.test(model) !== true,
  };
}

function takenOf(facts: MediaFacts | undefined, model: string, { vectors }: EmbeddingOptions): MediaNeeds {
  const isTaken = (facts?.models?.test(model) ?? true) && (facts?.vectors?.includes(vectors) ?? true);
  return { remote: isTaken && facts?.remote === true, inline: isTaken && facts?.inline === true };
}

/** Whether a credential's upstream takes such inputs. */
export function canTake({ takes }: EmbeddingUpstream, needs: InputNeeds): boolean {
  return (
    isTaken(takes.images, needs.images) &&
    isTaken(takes.videos, needs.videos) &&
    (takes.fusion || !needs.fusion) &&
    (takes.repeats || !needs.repeats)
  );
}

function isTaken(taken: MediaNeeds, needed: MediaNeeds): boolean {
  return (taken.remote || !needed.remote) && (taken.inline || !needed.inline);
}
