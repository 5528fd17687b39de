import * as fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { it } from "vitest";
import { isEnabled, type SlotsContext, type SlotsEvent, type TurnEvent } from "../../../machines/index.ts";
import { histories, type History, play } from "./histories.ts";
import { numRuns, timeoutMs } from "./runs.ts";
import type { Watcher } from "./world.ts";

/** Declares a property that holds on every history, watched as it happens. */
export function always(sentence: string, watch: () => Watcher, also: (history: History) => boolean = () => true): void {
  it(sentence, { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(histories().filter(also), (history) => {
        play(history, watch());
      }),
      { numRuns },
    );
  });
}

/** Whether two states of knowledge are the same, but for when they were last looked at. */
export const knowsTheSame = (before: SlotsContext, after: SlotsContext): boolean =>
  before === after || isDeepStrictEqual({ ...before, at: after.at, wakeAt: after.wakeAt }, after);

export const isTurnEvent = (event: SlotsEvent | undefined): event is TurnEvent =>
  event !== undefined && "epoch" in event;

/** Whether the event speaks for the call that holds the probe's lease, of the probed slot (S11). */
export const speaksForTheProbe = ({ probe }: SlotsContext, event: TurnEvent): boolean =>
  probe !== null && probe.lease?.call === event.call && probe.slot === event.slot;

/** Whether the event is to be believed: of the current epoch and an enabled slot, or the probe's own (S4, S11, S14). */
export const isBelieved = (slots: SlotsContext, event: TurnEvent): boolean =>
  speaksForTheProbe(slots, event) || (event.epoch === slots.epoch && isEnabled(slots, event.slot));

const requestFailures: ReadonlySet<string> = new Set(["PERMANENT", "INPUT_TOO_LARGE", "CONTENT_SAFETY"]);

export const isRequestFailure = ({ type }: TurnEvent): boolean => requestFailures.has(type);
