import type { ModelSnapshot } from "../../engine/model-engine.ts";
import type { Model } from "../../model.ts";

/** A model's state as operators get it: its snapshot, and whom its credentials reach. Plain JSON without a secret. */
export interface ModelReport extends ModelSnapshot {
  readonly kind: string;
  /** By credential id. */
  readonly upstreams: Readonly<Record<string, UpstreamNames>>;
}

/** Whom a credential reaches. */
export interface UpstreamNames {
  readonly provider: string;
  /** The model's name there. */
  readonly model: string;
}

/** How a model stands. */
export function reportOn(model: Pick<Model, "kind" | "credentials" | "snapshot">): ModelReport {
  const upstreams = model.credentials.map(({ id, provider, model: name }) => [id, { provider, model: name }] as const);
  return { ...model.snapshot(), kind: model.kind, upstreams: Object.fromEntries(upstreams) };
}
