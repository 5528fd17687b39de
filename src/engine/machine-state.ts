import type { FailbackPolicy, Lease, SlotRecord, SlotsContext } from "../../machines/index.ts";
import { freshSlot } from "../../machines/slots.ts";

/**
 * What a model's machine knows, as events tell it: plain JSON, by credential id, and all that it takes to go on from
 * there. Times are milliseconds on the machine's own clock.
 */
export interface MachineState {
  /** The time of the last event that changed something. */
  readonly at: number;
  /** Id of the credential that serves; `null`: exhausted. */
  readonly home: string | null;
  readonly probe: { readonly credential: string; readonly lease: Lease | null; readonly undecided: boolean } | null;
  readonly epoch: number;
  readonly served: number;
  readonly servingSince: number;
  readonly ledByProbe: boolean;
  /** What is not as it was at the start, of each credential of which something is. */
  readonly slots: Readonly<Record<string, Partial<SlotRecord>>>;
}

/** Writes down what a machine knows. `ids` names its slots in order. */
export function machineStateOf(slots: SlotsContext, ids: readonly string[]): MachineState {
  const { at, home, probe, epoch, served, servingSince, ledByProbe } = slots;
  return {
    at,
    home: ids[home] ?? null,
    probe: probe && { credential: ids[probe.slot] ?? "", lease: probe.lease, undecided: probe.undecided },
    epoch,
    served,
    servingSince,
    ledByProbe,
    slots: Object.fromEntries(
      slots.slots.flatMap((record, slot) => {
        const touched = touchedPart(record);
        return Object.keys(touched).length === 0 ? [] : [[ids[slot] ?? "", touched]];
      }),
    ),
  };
}

function touchedPart(record: SlotRecord): Partial<SlotRecord> {
  const isTouched = ([key, value]: [string, unknown]): boolean => value !== freshSlot[key as keyof SlotRecord];
  return Object.fromEntries(Object.entries(record).filter(isTouched));
}

/** Makes what a machine knows from what was written down, for a `RESTORE` event: the reverse of {@link machineStateOf}. */
export function slotsContextOf(state: MachineState, ids: readonly string[], policy: FailbackPolicy): SlotsContext {
  const { at, home, probe, epoch, served, servingSince, ledByProbe, slots } = state;
  return {
    policy,
    at,
    wakeAt: at,
    home: home === null ? ids.length : ids.indexOf(home),
    epoch,
    served,
    servingSince,
    ledByProbe,
    probe: probe && { slot: ids.indexOf(probe.credential), lease: probe.lease, undecided: probe.undecided },
    slots: ids.map((id) => ({ ...freshSlot, ...slots[id] })),
  };
}
