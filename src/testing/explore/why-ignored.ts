import { isRequestLevel, type ErrorClass, isEnabled, isExhausted, type SlotsContext } from "../../../machines/index.ts";
import type { Step } from "./situation.ts";

/**
 * Why a model's machine ignores a step.
 *
 * @returns `undefined` if no rule says so: then it should not have been ignored.
 */
export function whyIgnored(slots: SlotsContext, step: Step): string | undefined {
  switch (step.type) {
    case "TIMER":
      return nothingIsDue(slots);
    case "PROBE":
      return slots.probe === null ? "no slot is being proved (S11)" : "another call holds the lease (S11)";
    case "RELEASE":
      return "it holds no lease (S11)";
    case "FAILBACK":
      return slots.probe === null ? "there is no enabled slot to go back to (S14)" : "a probe is on (S14)";
    case "DISABLE":
      return isEnabled(slots, step.slot) ? undefined : "it is out already (S14)";
    case "ENABLE":
      return isEnabled(slots, step.slot) ? "it is not out (S14)" : undefined;
    case "RESTORE":
      return "what is restored is what it knows (S16)";
    case "RESET":
      return undefined;
    default:
      return whyUnheard(slots, step);
  }
}

function nothingIsDue(slots: SlotsContext): string | undefined {
  if (slots.probe !== null) return slots.probe.lease === null ? "the next call that begins proves it (S11)" : undefined;
  if (slots.slots.every(({ disabled }) => disabled)) return "every slot is out (S14)";
  return !isExhausted(slots) && slots.slots.every(({ disabled }, slot) => slot >= slots.home || disabled)
    ? "no enabled slot is above home (S7)"
    : undefined;
}

function whyUnheard(slots: SlotsContext, turn: Extract<Step, { readonly epoch: number }>): string | undefined {
  if (turn.epoch !== slots.epoch) return "its epoch is old (S4)";
  if (!isEnabled(slots, turn.slot)) return "the slot is out (S14)";
  if (turn.type !== "SUCCESS") {
    if (isRequestLevel(turn.type.toLowerCase() as ErrorClass)) return "the request is at fault, no credential (S5)";
    const isToldTwice = slots.slots[turn.slot]?.failedAt === turn.at;
    return isToldTwice ? "the slot failed at this very moment: told twice it rests no longer (S10)" : undefined;
  }
  if (turn.slot > slots.home) return "a success never moves home down (S6)";
  if (turn.slot < slots.home)
    return turn.routed === true ? "a capability led there: that moves nothing (S27)" : undefined;
  if (turn.first !== true) return "only a call that began at home is counted (S8)";
  return "no enabled slot is above home: nothing is counted (S8)";
}
