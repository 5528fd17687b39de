import type { CallEvent } from "../../../../machines/index.ts";
import type { Subject } from "../../../../src/testing/explore/product/index.ts";
import { driving, type Fault } from "./fault.ts";

type Call = Parameters<Subject["call"]["next"]>[0];

/** A call that thinks that other slots had their turn than had it. */
const remembering =
  (tried: (call: Call, event: CallEvent) => readonly number[]) =>
  (subject: Subject): Subject => ({
    ...subject,
    call: {
      ...subject.call,
      next: (call, event) =>
        subject.call.next({ ...call, context: { ...call.context, tried: tried(call, event) } }, event),
    },
  });

const isExhaustedAfter = (event: CallEvent): boolean =>
  "slots" in event && event.slots.home === event.slots.slots.length;

/** Faults in the order of a call's turns, and in what a call tells. */
export const callFaults: readonly Fault[] = [
  {
    name: "a credential that failed gets another turn of the same call",
    breaks: "I1",
    count: 2,
    into: (subject) => ({
      ...subject,
      call: {
        ...subject.call,
        next: (call, event) => {
          const after = subject.call.next(call, event);
          const { tried, turn } = after.context;
          const first = tried[0];
          if (tried.length !== 2 || turn === null || first === undefined || after.status === "done") return after;
          return {
            ...after,
            context: { ...after.context, tried: [first, first], turn: { ...turn, slot: first } },
          };
        },
      },
    }),
  },
  {
    name: "a call gives up after two credentials",
    breaks: "I1",
    count: 3,
    into: remembering(({ context: { tried } }) => (tried.length < 2 ? tried : [0, 1, 2])),
  },
  {
    name: "a call does not go back above home when all below failed",
    breaks: "I1",
    count: 2,
    into: remembering(({ context: { tried } }, event) => (isExhaustedAfter(event) ? [0, 1] : tried)),
  },
  {
    name: "a credential that hangs is taken for a caller who gave up: call after call waits for it",
    breaks: "I6",
    count: 2,
    into: driving(() => ({ tellsOfHang: ({ call }) => ({ type: "RELEASE", call }) })),
  },
  {
    name: "a cooldown is lost in a restart",
    breaks: "I11",
    count: 2,
    into: driving(({ restores }) => ({
      restores: (slots, fresh, at) => {
        const restored = restores(slots, fresh, at);
        return { ...restored, slots: restored.slots.map((record) => ({ ...record, cooldownUntil: null })) };
      },
    })),
  },
  {
    name: "a restart begins with the first credential",
    breaks: "I11",
    count: 2,
    into: driving(() => ({ restores: (_, fresh) => fresh })),
  },
  {
    name: "a restart forgets who was taken out",
    breaks: "I11",
    count: 2,
    into: driving(({ restores }) => ({
      restores: (slots, fresh, at) => {
        const restored = restores(slots, fresh, at);
        return { ...restored, slots: restored.slots.map((record) => ({ ...record, disabled: false })) };
      },
    })),
  },
  {
    name: "a restart begins the time that home has served anew",
    breaks: "I11",
    count: 2,
    into: driving(({ restores }) => ({
      restores: (slots, fresh, at) => ({ ...restores(slots, fresh, at), servingSince: at }),
    })),
  },
  {
    name: "the claim of a dead process outlives a restart",
    breaks: "S11",
    count: 2,
    into: driving(() => ({ restores: (slots) => slots })),
  },
];
