import type { SharedModel, StoredModel } from "./shared-model.ts";

/** What came of a write: it is done, or somebody else's was there before. */
export type Written =
  | { readonly kind: "done" }
  | {
      readonly kind: "refused";
      /** What is there; `undefined`: nothing. */
      readonly found: StoredModel | undefined;
      /** When credentials last served any replica, as far as the store was told. */
      readonly servedAt: ReadonlyMap<string, number>;
    }
  /** What is there is another release's, and stays: those that can read it go on with it. */
  | { readonly kind: "unreadable" };

/** What came of a claim: it is ours, another replica's, or about a model that is not as it was. */
export type Claimed = "ours" | "taken" | "outdated";

/** No write has this stamp: it asks what is there, and claims a probe whatever that is. */
export const noStamp = "?";

/** A claim of a probe ends after that unless its holder lives and says so. */
export const probeClaimMs = 3000;

/** The way of one model's replica to the store that its fleet shares. All of it rejects while the store is away. */
export interface FleetLink {
  /** Name of this replica. */
  readonly replica: string;
  /** Whether the store answers. */
  readonly isConnected: boolean;
  /** What the store's time is ahead of the machine's clock, in milliseconds. */
  readonly aheadMs: number;
  /**
   * Puts a model in the place of the one with the stamp `expected`, and tells the other replicas.
   *
   * @param expected - `""`: of none. {@link noStamp} asks what is there.
   */
  write(model: SharedModel, expected: string): Promise<Written>;
  /** Claims a model's probe, unless another holds it or the model's stamp is another one. It ends by itself. */
  claimProbe(stamp: string): Promise<Claimed>;
  releaseProbe(): Promise<void>;
}
