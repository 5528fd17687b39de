import type { SlotsContext } from "../../machines/index.ts";
import type { Model } from "../model.ts";
import type { ModelShape, ModelState } from "./entries.ts";

/** A model as far as the inspector looks at it. Nothing here changes a call. */
export type InspectedModel = Pick<Model, "id" | "kind" | "credentials" | "actor" | "snapshot" | "on">;

/** What of a model only its configuration changes. */
export function shapeOf({ kind, credentials, actor }: InspectedModel): ModelShape {
  return {
    kind,
    credentials: credentials.map(({ id, provider, model }) => ({ id, provider, upstreamModel: model })),
    failback: actor.getSnapshot().context.policy,
  };
}

/** How a model stands, with times instead of durations. */
export function stateOf({ snapshot }: InspectedModel, now: number): ModelState {
  const { state: name, active, probing, epoch, disabled, cooldowns, nextProbeInMs } = snapshot();
  const ends = Object.entries(cooldowns).map(([id, leftMs]) => [id, Math.round(now + leftMs)] as const);
  const nextProbeAt = nextProbeInMs === null ? null : Math.round(now + nextProbeInMs);
  return { name, active, probing, epoch, disabled, coolingUntil: Object.fromEntries(ends), nextProbeAt };
}

/** Whether people would see a difference. Calls that home served are counted, which moves nothing. */
export function differs(one: SlotsContext, other: SlotsContext): boolean {
  if (one.epoch !== other.epoch || one.home !== other.home || one.probe?.slot !== other.probe?.slot) return true;
  if (one.wakeAt !== other.wakeAt) return true;
  if (one.slots === other.slots) return false;
  return one.slots.some(
    ({ cooldownUntil, disabled }, slot) =>
      cooldownUntil !== other.slots[slot]?.cooldownUntil || disabled !== other.slots[slot]?.disabled,
  );
}
