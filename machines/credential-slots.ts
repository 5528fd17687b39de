import { assign, setup } from "xstate";
import { longestDelayMs } from "./duration.ts";
import {
  type CredentialLevelClass,
  credentialFailures,
  type EventOf,
  on,
  type RequestLevelClass,
  requestFailures,
} from "./events.ts";
import type { SlotsInput } from "./slots-input.ts";
import {
  assertSlotCount,
  canFailBack,
  countedTarget,
  failbackDueAt,
  failbackTarget,
  firstEnabled,
  forcedTarget,
  freshSlot,
  isEnabled,
  type Lease,
  recoveryAt,
  slotAt,
  slotBelow,
  type SlotsContext,
  walkOrder,
} from "./slots.ts";
import {
  advanced,
  clearedCooldown,
  cooledAside,
  counted,
  disabled,
  enabled,
  failedProbe,
  leased,
  leftUndecided,
  probing,
  proved,
  reset,
  tookHome,
} from "./slots-changes.ts";

interface Timed {
  /**
   * When it happened, in milliseconds on the machine's clock.
   *
   * @default the `now()` that the machine was built with
   */
  readonly at?: number;
}

/** How a call's turn on a slot ended (S2). */
export interface TurnEvidence extends Timed {
  /** The call's id. */
  readonly call: string;
  /** The slot that the turn was on. */
  readonly slot: number;
  /** The epoch under which the turn began: older evidence changes nothing (S4). */
  readonly epoch: number;
  /** Whether it was its call's first turn. @default false */
  readonly first?: boolean;
  /** Whether home was passed over for a capability that it lacks (S27). @default false */
  readonly routed?: boolean;
  /** The wait that the provider stated, in milliseconds. @default none */
  readonly retryAfterMs?: number | undefined;
}

/** A turn's outcome as an event. */
export type TurnEvent = {
  readonly type: EventOf<CredentialLevelClass> | EventOf<RequestLevelClass> | "SUCCESS";
} & TurnEvidence;

/** Everything that can happen to a model (S2). */
export type SlotsEvent =
  | TurnEvent
  | ({ readonly type: "PROBE" } & Lease & Timed)
  | ({ readonly type: "RELEASE"; readonly call: string } & Timed)
  | ({ readonly type: "RESET" } & Timed)
  | ({ readonly type: "DISABLE"; readonly slot: number } & Timed)
  | ({ readonly type: "ENABLE"; readonly slot: number } & Timed)
  | ({ readonly type: "FAILBACK" } & Timed)
  | ({ readonly type: "RESTORE"; readonly state: SlotsContext } & Timed);

/** The names of the machine's states: one per slot in priority order, and `exhausted` (S1). */
export type SlotKey = `s${number}` | "exhausted";

interface Slot {
  readonly slot: number;
}

const isRequestLevelEvent = ({ type }: TurnEvent): boolean => (requestFailures as readonly string[]).includes(type);

const isTurn = (event: SlotsEvent): event is TurnEvent => "epoch" in event;

/** Evidence that may be believed: of the current epoch, on a slot that is not disabled (S4, S14). */
const isCurrent = (slots: SlotsContext, event: SlotsEvent): event is TurnEvent =>
  isTurn(event) && event.epoch === slots.epoch && isEnabled(slots, event.slot);

/** The call that holds the probe's lease speaks: it is known by its lease, whatever the epoch (S11). */
const isHolder = (slots: SlotsContext, event: SlotsEvent): boolean =>
  "call" in event && slots.probe?.lease?.call === event.call && (!isTurn(event) || event.slot === slots.probe.slot);

/**
 * Whether an outcome would change nothing, so that a driver need not send it: stale evidence, a request's own fault, a
 * success that is already known (S4, S5).
 */
export function changesNothing(slots: SlotsContext, event: TurnEvent): boolean {
  if (isHolder(slots, event)) return false;
  if (!isCurrent(slots, event) || isRequestLevelEvent(event)) return true;
  if (event.type !== "SUCCESS") return false;
  if (slotAt(slots, event.slot).cooldownUntil !== null) return false;
  if (event.slot === slots.home) return event.first !== true || !canFailBack(slots);
  return event.slot > slots.home || event.routed === true;
}

/** How a machine is built. */
export interface SlotsOptions {
  /**
   * The clock for events that do not say `at`, in milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

function startOf(count: number, input: SlotsInput, now: () => number): SlotsContext {
  if (input.disabled.length !== count) {
    throw new RangeError(`credentialSlots(${count}): found an input for ${input.disabled.length} credential slots`);
  }
  const at = input.at ?? now();
  const start: SlotsContext = {
    policy: input.policy,
    at,
    wakeAt: at,
    home: 0,
    epoch: 0,
    served: 0,
    servingSince: at,
    ledByProbe: false,
    probe: null,
    slots: input.disabled.map((disabled) => ({ ...freshSlot, disabled })),
  };
  return { ...start, home: firstEnabled(start) };
}

const isCountedOut = ({ policy, served }: SlotsContext): boolean =>
  policy.requests > 0 && served + 1 >= policy.requests;

/** A success that a capability led past home moves nothing (S27). */
const isRoutedSuccess = (event: TurnEvent): boolean => event.type === "SUCCESS" && event.routed === true;

/** The probe is answered by its holder, or by any current turn on its slot that was not just routed there (S11). */
const answersProbe = (slots: SlotsContext, event: SlotsEvent): boolean =>
  isHolder(slots, event) || (isCurrent(slots, event) && event.slot === slots.probe?.slot && !isRoutedSuccess(event));

function build(count: number, now: () => number) {
  /** Time never runs backwards: a delayed transition happens when it was due, an event no earlier than the last one. */
  const timeOf = (slots: SlotsContext, event: SlotsEvent): number =>
    event.type.startsWith("xstate.") ? slots.wakeAt : Math.max(event.at ?? now(), slots.at);

  const change =
    (next: (slots: SlotsContext, at: number) => Partial<SlotsContext>) =>
    ({ context, event }: { context: SlotsContext; event: SlotsEvent }) => {
      const at = timeOf(context, event);
      return { ...next(context, at), at };
    };
  const turn =
    (next: (slots: SlotsContext, at: number, evidence: TurnEvidence) => Partial<SlotsContext>) =>
    ({ context, event }: { context: SlotsContext; event: SlotsEvent }) => {
      const at = timeOf(context, event);
      return isTurn(event) ? { ...next(context, at, event), at } : {};
    };
  const arm =
    (dueAt: (slots: SlotsContext) => number | null | undefined) =>
    ({ context }: { context: SlotsContext }) => ({
      wakeAt: Math.min(Math.max(dueAt(context) ?? Infinity, context.at), context.at + longestDelayMs),
    });
  const untilWake = ({ context }: { context: SlotsContext }) => context.wakeAt - context.at;

  const base = setup({
    types: {
      context: {} as SlotsContext,
      events: {} as SlotsEvent,
      input: {} as SlotsInput,
      tags: {} as "serving" | "probing" | "exhausted",
    },
    delays: { failback: untilWake, leaseEnd: untilWake, recovery: untilWake },
    guards: {
      homeFailed: ({ context, event }) => isCurrent(context, event) && event.slot === context.home,
      homeFailedAndNextIs: ({ context, event }, { slot }: Slot) =>
        isCurrent(context, event) &&
        event.slot === context.home &&
        slotBelow(context, context.home, timeOf(context, event)) === slot,
      slotIsEnabled: ({ context, event }) => "slot" in event && isEnabled(context, event.slot),
      slotIsDisabled: ({ context, event }) => "slot" in event && context.slots[event.slot]?.disabled === true,
      isCurrent: ({ context, event }) => isCurrent(context, event),
      homeIs: ({ context }, { slot }: Slot) => context.home === slot,

      servedAboveBy: ({ context, event }, { slot }: Slot) =>
        isCurrent(context, event) && event.slot === slot && slot < context.home && event.routed !== true,
      /** A success above home to which home's lack of a capability led: it moves nothing (S27). */
      servedByRouting: ({ context, event }) =>
        isCurrent(context, event) && event.slot < context.home && event.routed === true,
      homeServedItsOwn: ({ context, event }) =>
        isCurrent(context, event) && event.slot === context.home && event.first === true,
      countedOutAndTargetIs: ({ context, event }, { slot }: Slot) =>
        isCurrent(context, event) &&
        event.slot === context.home &&
        event.first === true &&
        isCountedOut(context) &&
        countedTarget(context, timeOf(context, event)) === slot,

      failbackIsDueTo: ({ context, event }, { slot }: Slot) => {
        const at = timeOf(context, event);
        return (failbackDueAt(context) ?? Infinity) <= at && failbackTarget(context, at) === slot;
      },
      forcedTargetIs: ({ context, event }, { slot }: Slot) => forcedTarget(context, timeOf(context, event)) === slot,
      recoversTo: ({ context }, { slot }: Slot) =>
        (recoveryAt(context) ?? Infinity) <= context.at && walkOrder(context, context.at)[0] === slot,

      leaseIsFree: ({ context }) => context.probe?.lease === null,
      answersProbe: ({ context, event }) => answersProbe(context, event),
      undecidedOnce: ({ context, event }) => isHolder(context, event) && context.probe?.undecided === false,
      probeFailedAndHomeIs: ({ context, event }, { slot }: Slot) =>
        answersProbe(context, event) && context.home === slot,
      undecidedAgainAndHomeIs: ({ context, event }, { slot }: Slot) =>
        isHolder(context, event) && context.probe?.undecided === true && context.home === slot,
      releasedAndHomeIs: ({ context, event }, { slot }: Slot) => isHolder(context, event) && context.home === slot,
      leaseEndedAndHomeIs: ({ context }, { slot }: Slot) =>
        context.probe !== null &&
        context.probe.lease !== null &&
        context.probe.lease.until <= context.wakeAt &&
        context.home === slot,
      probedIsDisabledAndHomeIs: ({ context, event }, { slot }: Slot) =>
        event.type === "DISABLE" && context.probe?.slot === event.slot && context.home === slot,

      firstEnabledIs: ({ context }, { slot }: Slot) => firstEnabled(context) === slot,
      restoresHome: ({ event }, { slot }: Slot) =>
        event.type === "RESTORE" && event.state.probe === null && event.state.home === slot,
      restoresProbe: ({ event }, { slot }: Slot) => event.type === "RESTORE" && event.state.probe?.slot === slot,
    },
    actions: {
      armFailback: assign(arm(failbackDueAt)),
      armLeaseEnd: assign(arm(({ probe }) => probe?.lease?.until)),
      armRecovery: assign(arm(recoveryAt)),
      wakeAgain: assign(change(() => ({}))),

      advance: assign(turn(advanced)),
      coolAside: assign(turn(cooledAside)),
      takeHome: assign(turn(tookHome)),
      clearCooldown: assign(turn(clearedCooldown)),
      count: assign(turn(counted)),

      probe: assign(({ context, event }, { slot }: Slot) => {
        const at = timeOf(context, event);
        return { ...probing(context, slot), at };
      }),
      lease: assign(({ context, event }) =>
        event.type === "PROBE" ? { ...leased(context, event), at: timeOf(context, event) } : {},
      ),
      leaveUndecided: assign(change(leftUndecided)),
      prove: assign(change(proved)),
      failProbe: assign(({ context, event }) => {
        const at = timeOf(context, event);
        return { ...failedProbe(context, at, isTurn(event) ? event.retryAfterMs : undefined), at };
      }),

      disable: assign(({ context, event }) => {
        const at = timeOf(context, event);
        return event.type === "DISABLE" ? { ...disabled(context, at, event.slot), at } : {};
      }),
      enable: assign(({ context, event }) =>
        event.type === "ENABLE" ? { ...enabled(context, event.slot), at: timeOf(context, event) } : {},
      ),
      reset: assign(change(reset)),
      restore: assign(({ event }) => (event.type === "RESTORE" ? event.state : {})),
    },
  });

  type Leaf = Pick<
    Parameters<typeof base.createStateConfig>[0],
    "on" | "after" | "always" | "entry" | "tags" | "description"
  >;
  interface SlotState {
    readonly initial: "serving";
    readonly states: Record<"serving" | "probing", Leaf>;
  }

  const all = Array.from({ length: count }, (_, slot) => slot);
  const exhausted = count;
  const servingIn = (slot: number) => `#model.${slot === exhausted ? "exhausted" : `s${slot}.serving`}`;
  const probingOf = (slot: number) => `#model.s${slot}.probing`;
  const where = <Type extends string>(type: Type, slot: number) => ({ type, params: { slot } });

  const slotState = (slot: number): SlotState => {
    const above = all.slice(0, slot);
    const below = [...all.slice(slot + 1), exhausted];
    const failback = (target: number) => ({ target: probingOf(target), actions: where("probe", target) });
    return {
      initial: "serving",
      states: {
        serving: {
          description: "Home: every call starts here.",
          tags: "serving",
          entry: "armFailback",
          // The slot may be out when the machine starts, or be taken out by DISABLE.
          always: below.map((next) => ({ guard: where("homeIs", next), target: servingIn(next) })),
          after: {
            failback: [
              ...above.map((target) => ({ guard: where("failbackIsDueTo", target), ...failback(target) })),
              { target: "serving", reenter: true, actions: "wakeAgain" },
            ],
          },
          on: {
            ...on(credentialFailures, [
              ...below.map((next) => ({
                guard: where("homeFailedAndNextIs", next),
                target: servingIn(next),
                actions: "advance" as const,
              })),
              { guard: "isCurrent" as const, target: "serving", reenter: true, actions: "coolAside" as const },
            ]),
            SUCCESS: [
              ...above.map((target) => ({
                guard: where("countedOutAndTargetIs", target),
                target: probingOf(target),
                actions: ["count" as const, where("probe", target)],
              })),
              { guard: "homeServedItsOwn", actions: "count" },
              { guard: "servedByRouting", target: "serving", reenter: true, actions: "clearCooldown" },
            ],
            FAILBACK: above.map((target) => ({ guard: where("forcedTargetIs", target), ...failback(target) })),
            DISABLE: { guard: "slotIsEnabled", target: "serving", reenter: true, actions: "disable" },
            ENABLE: { guard: "slotIsDisabled", target: "serving", reenter: true, actions: "enable" },
          },
        },
        probing: {
          description: "Half-open: one call at a time may prove this slot, the others use home.",
          tags: "probing",
          entry: "armLeaseEnd",
          after: {
            leaseEnd: [
              ...below.map((home) => ({
                guard: where("leaseEndedAndHomeIs", home),
                target: servingIn(home),
                actions: "failProbe" as const,
              })),
              { target: "probing", reenter: true, actions: "wakeAgain" },
            ],
          },
          on: {
            PROBE: { guard: "leaseIsFree", target: "probing", reenter: true, actions: "lease" },
            ...on(credentialFailures, { guard: "homeFailed" as const, actions: "advance" as const }),
            ...on(requestFailures, {
              guard: "undecidedOnce" as const,
              target: "probing",
              reenter: true,
              actions: "leaveUndecided" as const,
            }),
            SUCCESS: [
              { guard: "answersProbe", target: "serving", actions: "prove" },
              { guard: "homeServedItsOwn", actions: "count" },
            ],
            // FAILBACK: one is on.
          },
        },
      },
    };
  };

  const backHome = <Guard extends string, Action extends string>(guard: Guard, actions: Action) =>
    [...all, exhausted].map((home) => ({ guard: where(guard, home), target: servingIn(home), actions }));

  return base.createMachine({
    id: "model",
    context: ({ input }) => startOf(count, input, now),
    initial: "s0",
    on: {
      ...on(credentialFailures, [
        ...backHome("probeFailedAndHomeIs", "failProbe"),
        { guard: "isCurrent" as const, actions: "coolAside" as const },
      ]),
      ...on(requestFailures, backHome("undecidedAgainAndHomeIs", "failProbe")),
      SUCCESS: [
        ...all.map((slot) => ({
          guard: where("servedAboveBy", slot),
          target: servingIn(slot),
          actions: "takeHome" as const,
        })),
        { guard: "isCurrent", actions: "clearCooldown" },
      ],
      RELEASE: backHome("releasedAndHomeIs", "failProbe"),
      DISABLE: [...backHome("probedIsDisabledAndHomeIs", "disable"), { guard: "slotIsEnabled", actions: "disable" }],
      ENABLE: { guard: "slotIsDisabled", actions: "enable" },
      RESET: backHome("firstEnabledIs", "reset"),
      RESTORE: [
        ...backHome("restoresHome", "restore"),
        ...all.map((slot) => ({
          guard: where("restoresProbe", slot),
          target: probingOf(slot),
          actions: "restore" as const,
        })),
      ],
    },
    states: {
      ...(Object.fromEntries(all.map((slot) => [`s${slot}`, slotState(slot)])) as Record<`s${number}`, SlotState>),
      exhausted: {
        description: "The chain's end was passed: calls try every enabled slot, the rested ones first.",
        tags: "exhausted",
        entry: "armRecovery",
        always: all.map((slot) => ({
          guard: where("recoversTo", slot),
          target: probingOf(slot),
          actions: where("probe", slot),
        })),
        after: { recovery: { target: "exhausted", reenter: true, actions: "wakeAgain" } },
        on: {
          ...on(credentialFailures, {
            guard: "isCurrent" as const,
            target: "exhausted",
            reenter: true,
            actions: "coolAside" as const,
          }),
          SUCCESS: { guard: "servedByRouting", target: "exhausted", reenter: true, actions: "clearCooldown" },
          FAILBACK: all.map((slot) => ({
            guard: where("forcedTargetIs", slot),
            target: probingOf(slot),
            actions: where("probe", slot),
          })),
          DISABLE: { guard: "slotIsEnabled", target: "exhausted", reenter: true, actions: "disable" },
          ENABLE: { guard: "slotIsDisabled", target: "exhausted", reenter: true, actions: "enable" },
        },
      } satisfies Leaf,
    },
  });
}

/** The machine of a model with a given number of slots. */
export type CredentialSlotsMachine = ReturnType<typeof build>;

const machines = new Map<number, CredentialSlotsMachine>();

/**
 * The machine of a model with `count` credential slots; it is built once and shared, the policy is the actor's input.
 *
 * States: `s0`, `s1`, … in priority order, each `serving` or `probing`, and `exhausted` (S1–S14, S16).
 *
 * @param count - Number of credential slots, 1 to 50.
 * @throws RangeError for another count.
 */
export function credentialSlots(count: number, options: SlotsOptions = {}): CredentialSlotsMachine {
  assertSlotCount(count, "credentialSlots");
  if (options.now !== undefined) return build(count, options.now);
  const known = machines.get(count);
  if (known !== undefined) return known;
  const machine = build(count, Date.now);
  machines.set(count, machine);
  return machine;
}
