import { type Fault, isFailure, isRequestFault, isSuccess, knowing, taking, withRecord } from "./fault.ts";

/** Faults in what is believed of an outcome. */
export const evidenceFaults: readonly Fault[] = [
  {
    name: "a success that was dispatched before the last move is accepted",
    breaks: "I3",
    count: 2,
    into: taking((take, situation, step) =>
      take(situation, isSuccess(step) ? { ...step, epoch: situation.context.epoch } : step),
    ),
  },
  {
    name: "each of fifty calls in flight on a key that dies moves home",
    breaks: "I3",
    count: 2,
    into: taking((take, situation, step) => {
      const { home, epoch } = situation.context;
      return take(situation, isFailure(step) && step.epoch < epoch ? { ...step, epoch, slot: home } : step);
    }),
  },
  {
    name: "a bad request is counted against its credential",
    breaks: "I2",
    count: 2,
    into: taking((take, situation, step) => take(situation, isRequestFault(step) ? { ...step, type: "AUTH" } : step)),
  },
  {
    name: "a bad request proves a probed credential",
    breaks: "I2",
    count: 2,
    into: taking((take, situation, step) =>
      take(situation, isRequestFault(step) ? { ...step, type: "SUCCESS", first: false } : step),
    ),
  },
  {
    name: "a bad request sets the count towards a failback back",
    breaks: "I2",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      return isRequestFault(step) && after.context.served > 0 ? knowing(take, after, { served: 0 }) : after;
    }),
  },
  {
    name: "the last answer wins: a success further down takes home there",
    breaks: "I12",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { home, epoch, probe, slots } = after.context;
      const isDown = isSuccess(step) && step.slot > home && slots[step.slot]?.disabled === false && probe === null;
      return isDown ? knowing(take, after, { home: step.slot, epoch: epoch + 1 }) : after;
    }),
  },
  {
    name: "a credential that serves again goes on resting",
    breaks: "I14",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const before = situation.context;
      if (!isSuccess(step) || step.epoch !== before.epoch || before.slots[step.slot]?.disabled !== false) return after;
      const cooldownUntil = before.slots[step.slot]?.cooldownUntil ?? null;
      return knowing(take, after, { slots: withRecord(after.context, step.slot, { cooldownUntil }) });
    }),
  },
  {
    name: "a credential that fails does not rest",
    breaks: "S10",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      return isFailure(step) && after.context !== situation.context
        ? knowing(take, after, { slots: withRecord(after.context, step.slot, { cooldownUntil: null }) })
        : after;
    }),
  },
  {
    name: "a later failure without a stated wait cuts a stated one short",
    breaks: "S10",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { at, policy } = after.context;
      if (!isFailure(step) || step.retryAfterMs !== undefined || after.context === situation.context) return after;
      const cooldownUntil = at + policy.timeoutMs;
      return knowing(take, after, { slots: withRecord(after.context, step.slot, { cooldownUntil }) });
    }),
  },
  {
    name: "a success to which a capability led takes home",
    breaks: "S27",
    count: 2,
    into: taking((take, situation, step) => take(situation, isSuccess(step) ? { ...step, routed: false } : step)),
  },
];
