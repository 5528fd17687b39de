import type { Credential, EmbeddingOptions, RuntimeModel } from "../config/runtime.ts";
import type { EmbeddingRoute, EmbeddingWire, Members, SignedAuth } from "../providers/embedding-wire.ts";
import { embeddingWireOf } from "../providers/embedding-wires.ts";
import type { Auth } from "../providers/provider.ts";
import { endpointOf } from "../transport/endpoint.ts";
import { upstreamUrl } from "../transport/upstream-url.ts";
import type { InputNeeds } from "./input.ts";

/** One credential, as it is asked for embeddings. */
export interface EmbeddingUpstream {
  readonly credential: Credential;
  readonly route: EmbeddingRoute;
  readonly url: URL;
  readonly auth: Auth | SignedAuth;
  readonly encoding: Members;
  readonly dimension: Members;
  readonly purpose: { readonly query: Members; readonly document: Members };
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
  };
}

function routeOf(
  { text, multimodal }: EmbeddingWire,
  { model }: Credential,
  { input, vectors }: EmbeddingOptions,
): EmbeddingRoute {
  const wanted = input === "multimodal" || vectors !== "dense";
  return multimodal !== undefined && wanted && (multimodal.models?.test(model) ?? true) ? multimodal : text;
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
  if (!word.includes("=")) return { [purpose.member]: word };
  const pairs = word.split(",").map((pair) => /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair?.[1] ? [[pair[1], pair[2]]] : [])));
}

/** Whether a credential's upstream takes such inputs. */
export function canTake({ route: { images } }: EmbeddingUpstream, needs: InputNeeds): boolean {
  return (
    (!needs.remoteImages || images?.remote === true) &&
    (!needs.inlineImages || images?.inline === true) &&
    (!needs.fusion || images?.fused === true)
  );
}
