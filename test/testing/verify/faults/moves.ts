import { type Fault, isFailure, isSuccess, knowing, taking } from "./fault.ts";

/** Faults in how home moves. */
export const moveFaults: readonly Fault[] = [
  {
    name: "one failure advances twice",
    breaks: "I4",
    count: 3,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { home, epoch, slots } = after.context;
      const hasAdvanced = isFailure(step) && home > situation.context.home && home < slots.length;
      return hasAdvanced ? take(after, { ...step, slot: home, epoch }) : after;
    }),
  },
  {
    name: "a failover goes past the next credential to the one after",
    breaks: "I4",
    count: 3,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { home, slots, probe } = after.context;
      const hasAdvanced = isFailure(step) && home > situation.context.home && home < slots.length - 1 && probe === null;
      return hasAdvanced && slots[home + 1]?.disabled === false ? knowing(take, after, { home: home + 1 }) : after;
    }),
  },
  {
    name: "a failover to a credential that an operator took out",
    breaks: "I13",
    count: 3,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { home } = situation.context;
      const hasAdvanced = isFailure(step) && after.context.home > home + 1 && after.context.probe === null;
      return hasAdvanced
        ? knowing(take, { ...after, value: { [`s${home + 1}`]: "serving" } } as unknown as typeof after, {
            home: home + 1,
          })
        : after;
    }),
  },
  {
    name: "the state stays where it was when what is known moves on",
    breaks: "S1",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const hasAdvanced = isFailure(step) && after.context.home > situation.context.home;
      return hasAdvanced ? { ...situation, context: after.context } : after;
    }),
  },
  {
    name: "a failover keeps the old epoch",
    breaks: "I9",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { epoch, home } = situation.context;
      return isFailure(step) && after.context.home !== home && epoch === 0 ? knowing(take, after, { epoch }) : after;
    }),
  },
  {
    name: "a failover takes the count of the credential before along",
    breaks: "S3",
    count: 3,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { served, epoch } = situation.context;
      return isFailure(step) && after.context.epoch !== epoch && served > 0 ? knowing(take, after, { served }) : after;
    }),
  },
  {
    name: "a call that failed over counts towards a failback",
    breaks: "S8",
    count: 2,
    into: taking((take, situation, step) => take(situation, isSuccess(step) ? { ...step, first: true } : step)),
  },
  {
    name: "one success counts for two",
    breaks: "S8",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { served, epoch } = after.context;
      const counted = isSuccess(step) && epoch === situation.context.epoch && served > situation.context.served;
      return counted ? knowing(take, after, { served: served + 1 }) : after;
    }),
  },
  {
    name: "an operator's reset keeps the epoch, so that what is in flight still counts",
    breaks: "I9",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      return step.type === "RESET" ? knowing(take, after, { epoch: situation.context.epoch }) : after;
    }),
  },
  {
    name: "a credential that is taken out goes on serving",
    breaks: "I13",
    count: 2,
    into: taking((take, situation, step) => {
      const { home, slots, probe } = situation.context;
      if (step.type !== "DISABLE" || step.slot !== home || probe !== null) return take(situation, step);
      const records = slots.map((record, slot) => (slot === home ? { ...record, disabled: true } : record));
      return { ...situation, context: { ...situation.context, slots: records } };
    }),
  },
  {
    name: "a credential that is put back takes home at once",
    breaks: "S6",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { home, epoch, probe } = after.context;
      return step.type === "ENABLE" && step.slot < home && probe === null
        ? knowing(take, after, { home: step.slot, epoch: epoch + 1 })
        : after;
    }),
  },
];
