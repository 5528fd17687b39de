import { isCooling, isEnabled } from "../../../../machines/index.ts";
import { dueAt } from "../situation.ts";
import type { Act, Answer, World } from "./world.ts";

/** How much happens at once. */
export interface Bounds {
  /** Calls in flight at a time. */
  readonly calls: number;
}

/** Everything that can happen next in a world: begin, outcome, retry, cancel, timer, operator, restart. */
export function actsIn(world: World, { calls }: Bounds): readonly Act[] {
  const { flights, model } = world;
  const slots = model.context;
  const until = nextInstant(world);
  const all = slots.slots.map((_, slot) => slot);
  return [
    ...(flights.length < calls ? begins(all.length) : []),
    ...flights.flatMap(({ id, backoffUntil }): Act[] => [
      ...(backoffUntil === undefined
        ? [...answers(2 * slots.policy.timeoutMs)].map((answer): Act => ({ do: "answer", flight: id, ...answer }))
        : []),
      { do: "cancel", flight: id },
      ...(backoffUntil === undefined ? [{ do: "cutOff" as const, flight: id }] : []),
    ]),
    ...(until === undefined ? [] : [{ do: "wait" as const, until }]),
    { do: "operate", event: { type: "FAILBACK" } },
    { do: "operate", event: { type: "RESET" } },
    ...all.map((slot): Act => ({
      do: "operate",
      event: { type: isEnabled(slots, slot) ? "DISABLE" : "ENABLE", slot },
    })),
    { do: "restart" },
  ];
}

const begins = (count: number): readonly Act[] => [
  { do: "begin", pastHome: false },
  ...(count > 1 ? [{ do: "begin" as const, pastHome: true }] : []),
];

/** An outcome for each decision that follows from one; the classes of a level have the same transitions. */
const answers = (statedMs: number): readonly Answer[] => [
  { outcome: "ok" },
  { outcome: "auth" },
  { outcome: "quota_exceeded", retryAfterMs: statedMs },
  { outcome: "transient" },
  { outcome: "permanent" },
];

/** The next instant at which anything is different for having been waited for. */
function nextInstant({ at, model, flights }: World): number | undefined {
  const slots = model.context;
  const { policy, servingSince } = slots;
  const instants = [
    dueAt(slots),
    servingSince + policy.timeoutMs,
    ...flights.map(({ backoffUntil }) => backoffUntil),
    ...slots.slots.flatMap(({ cooldownUntil, statedUntil, failedAt }, slot) => [
      isCooling(slots, slot, at) ? cooldownUntil : null,
      statedUntil,
      failedAt === null ? null : failedAt + policy.minIntervalMs,
    ]),
  ];
  const later = instants.filter((instant) => instant != null && instant > at) as number[];
  return later.length === 0 ? undefined : Math.min(...later);
}
