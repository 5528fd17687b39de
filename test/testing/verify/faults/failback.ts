import { isExhausted } from "../../../../machines/index.ts";
import { driving, type Fault, isFailure, isSuccess, knowing, taking } from "./fault.ts";

/** Faults in how the model comes back. */
export const failbackFaults: readonly Fault[] = [
  {
    name: "a failback first and the proof afterwards: the clock moves home",
    breaks: "S6",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { probe, epoch } = after.context;
      return step.type === "TIMER" && probe !== null && situation.context.probe === null
        ? knowing(take, after, { home: probe.slot, probe: null, epoch: epoch + 1, served: 0 })
        : after;
    }),
  },
  {
    name: "a counted failback does not wait for the reset that the provider stated",
    breaks: "I7",
    count: 2,
    into: taking((take, situation, step) => {
      const { context } = situation;
      const forgetful = context.slots.map((record) => ({ ...record, statedUntil: null, failedAt: null }));
      if (!isSuccess(step) || context.probe !== null) return take(situation, step);
      const after = take({ ...situation, context: { ...context, slots: forgetful } }, step);
      if (after.context.probe === null) return take(situation, step);
      return knowing(take, after, { slots: context.slots });
    }),
  },
  {
    name: "the failback's time starts again with every success: traffic starves it",
    breaks: "S7",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { at, probe } = after.context;
      const serves =
        isSuccess(step) && after.context !== situation.context && probe === null && situation.context.probe === null;
      return serves && after.context.epoch === situation.context.epoch
        ? knowing(take, after, { servingSince: at })
        : after;
    }),
  },
  {
    name: "the clock only starts again and never fails back",
    breaks: "I5",
    count: 2,
    requests: 0,
    into: taking((take, situation, step) => {
      const { context } = situation;
      const isTime = step.type === "TIMER" && context.probe === null && !isExhausted(context);
      return isTime ? knowing(take, situation, { servingSince: step.at, at: step.at }) : take(situation, step);
    }),
  },
  {
    name: "a credential that stays dead is probed again and again, the recovered one above it never",
    breaks: "I5",
    count: 3,
    requests: 0,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { probe } = situation.context;
      if (!isFailure(step) || probe === null || after.context.probe !== null) return after;
      const slots = after.context.slots.map((record, slot) =>
        slot === probe.slot
          ? { ...record, probedInVain: false }
          : { ...record, cooldownUntil: Math.max(record.cooldownUntil ?? 0, step.at + 300_000) },
      );
      return knowing(take, after, { slots });
    }),
  },
  {
    name: "a probed credential that fails takes home down with it",
    breaks: "S3",
    count: 3,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { probe, home, epoch } = situation.context;
      const failed = isFailure(step) && probe?.lease?.call === step.call && after.context.probe === null;
      return failed && home < after.context.slots.length - 1 && after.context.home === home
        ? knowing(take, after, { home: home + 1, epoch: epoch + 1 })
        : after;
    }),
  },
  {
    name: "nobody takes the probe's lease: every call is a probe",
    breaks: "I8",
    count: 2,
    into: driving(() => ({ claims: () => undefined })),
  },
  {
    name: "the claim of a call that was given up is never released",
    breaks: "S11",
    count: 2,
    into: driving(() => ({ givesBack: () => undefined })),
  },
  {
    name: "an answer renews the lease of another call's probe",
    breaks: "S11",
    count: 2,
    into: taking((take, situation, step) => {
      const after = take(situation, step);
      const { probe, at } = after.context;
      if (probe?.lease == null || step.type === "PROBE" || situation.context.probe?.lease == null) return after;
      return knowing(take, after, { probe: { ...probe, lease: { ...probe.lease, until: at + 180_000 } } });
    }),
  },
  {
    name: "a probe goes on when its credential is taken out",
    breaks: "I13",
    count: 2,
    into: taking((take, situation, step) => {
      const { probe, slots } = situation.context;
      if (step.type !== "DISABLE" || probe?.slot !== step.slot) return take(situation, step);
      const records = slots.map((record, slot) => (slot === step.slot ? { ...record, disabled: true } : record));
      return { ...situation, context: { ...situation.context, slots: records } };
    }),
  },
  {
    name: "looking at the model fires what is due",
    breaks: "I10",
    count: 2,
    into: (subject) =>
      driving(() => ({ looks: (situation, at) => subject.model.take(situation, { type: "TIMER", at }) }))(subject),
  },
];
