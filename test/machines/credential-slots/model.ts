import {
  type ErrorClass,
  eventOf,
  firstTurn,
  nextTurn,
  type SlotsConfig,
  type SlotsContext,
  type SlotsEvent,
  slotsInput,
  type Turn,
  type TurnEvent,
} from "../../../machines/index.ts";
import { createSlotsKeeper } from "../../../src/engine/slots-keeper.ts";
import { createVirtualClock } from "../../../src/testing/virtual-clock.ts";

/** What a test may say of an outcome; the rest is what a first turn of now would say. */
type Said = Partial<{ call: string; epoch: number; first: boolean; routed: boolean; retryAfterMs: number }>;

/** The ids of so many credentials. */
export const credentials = (count: number): string[] => Array.from({ length: count }, (_, slot) => `c${slot}`);

/** One model's machine on a virtual clock, told what turns came to as a driver would tell it. */
export function startModel(config: number | SlotsConfig, failback: SlotsConfig["failback"] = {}) {
  const clock = createVirtualClock();
  const input = slotsInput(typeof config === "number" ? { credentials: credentials(config), failback } : config);
  const keeper = createSlotsKeeper(input, clock, () => {});
  const know = (): SlotsContext => keeper.current();
  const tell = (slot: number, type: TurnEvent["type"], said: Said): void =>
    keeper.send({ type, call: "a-call", slot, epoch: know().epoch, first: true, ...said });

  return {
    clock,
    know,
    send: (event: SlotsEvent) => keeper.send(event),
    serves: (slot: number, said: Said = {}) => tell(slot, "SUCCESS", said),
    fails: (slot: number, errorClass: ErrorClass = "auth", said: Said = {}) => tell(slot, eventOf(errorClass), said),
    /** A call takes the lease. */
    probe: (call: string, until = clock.now() + 600_000) => keeper.send({ type: "PROBE", call, until }),
    pass: (seconds: number) => {
      const at = clock.now() + seconds * 1_000;
      while (clock.goTo(at));
    },
    /** As people see it: `s1.serving`. */
    state: (): string => {
      const { value } = keeper.actor.getSnapshot();
      return typeof value === "string" ? value : Object.entries(value).flat().join(".");
    },
    tags: (): string[] => [...keeper.actor.getSnapshot().tags],
    rest: (slot: number): number | undefined => {
      const until = know().slots[slot]?.cooldownUntil;
      return typeof until === "number" ? until - clock.now() : undefined;
    },
    firstTurn: (): Turn | undefined => firstTurn(know(), { tried: [] }, clock.now()),
    /** The slots that a call would try that fails everywhere, when nothing is told on the way. */
    order: (): number[] => {
      const tried: number[] = [];
      for (let turn = firstTurn(know(), { tried }, clock.now()); turn !== undefined;) {
        tried.push(turn.slot);
        turn = nextTurn(know(), { tried }, clock.now());
      }
      return tried;
    },
  };
}

export type Model = ReturnType<typeof startModel>;
