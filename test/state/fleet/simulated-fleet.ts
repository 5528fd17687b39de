import { type FailbackPolicy, firstTurn, type SlotsContext, slotsInput } from "../../../machines/index.ts";
import { untouched } from "../../../machines/rules.ts";
import { isEnabled } from "../../../machines/slots.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { createSlotsKeeper, type SlotsKeeper } from "../../../src/engine/slots-keeper.ts";
import { type Claimed, type FleetLink, probeClaimMs, type Written } from "../../../src/state/fleet/fleet-link.ts";
import { createSeat, type SharingSeat } from "../../../src/state/fleet/seat.ts";
import type { SharedModel, StoredModel } from "../../../src/state/fleet/shared-model.ts";

export const ids = ["a", "b", "c"];
const connections = new Map(ids.map((id) => [id, `at-${id}`]));

/** How often a replica reads what the store holds, and says that it lives. */
const tickMs = 500;
/** After this time without an answer a replica gives a command up, and its connection with it. */
const patienceMs = 600;
/** How long it takes to have another connection. */
const reconnectMs = 100;

/** What the network does to one message: it is lost, or takes so long. */
export type Fate = "lost" | number;

/** How a call that probes ends; `hangs`: it does not. */
export type ProbeEnd = "serves" | "fails" | "is refused" | "is given up" | "hangs";

/** One thing that happens in a schedule. */
export type Step =
  | StepOfReplica
  | { readonly kind: "emptied" | "set back" }
  | { readonly kind: "wait"; readonly ms: number };

type StepOfReplica =
  | { readonly kind: "fails" | "serves" | "disable" | "enable"; readonly replica: number; readonly slot: number }
  /** It makes the next probe, where it may; `ms` is how long its upstream takes. */
  | { readonly kind: "call"; readonly replica: number; readonly ms: number; readonly end: ProbeEnd }
  | { readonly kind: "reset" | "cut" | "heal"; readonly replica: number };

interface Replica {
  readonly keeper: SlotsKeeper;
  readonly seat: SharingSeat;
  isCut: boolean;
  /** Whether it believes that the store answers. */
  isConnected: boolean;
  readonly context: SlotsContext;
  /** What must never happen: an epoch that falls, or one that stands for two homes. */
  readonly faults: string[];
}

/** Replicas, a store and a network between them, in virtual time. */
export interface SimulatedFleet {
  readonly replicas: readonly Replica[];
  readonly stored: StoredModel | undefined;
  /** When a slot last failed and was last cleared, anywhere, in true time. */
  readonly failedAt: ReadonlyMap<number, number>;
  readonly clearedAt: ReadonlyMap<number, number>;
  /** How many probes have begun, and how many replicas had one on at a time, at most. */
  readonly probes: number;
  readonly mostProbing: number;
  carryOut(step: Step): Promise<void>;
  run(ms: number): Promise<void>;
  healAll(): void;
}

/** What may be said of a fleet. */
export interface FleetOptions {
  /** What each replica's clock is off. */
  readonly skewsMs: readonly number[];
  /** Asked for each message. */
  readonly fates: () => Fate;
  /** @default the policy of a configuration that says nothing */
  readonly failback?: Partial<FailbackPolicy>;
}

/** Starts replicas that know nothing yet. */
export function createSimulatedFleet({ skewsMs, fates, failback }: FleetOptions): SimulatedFleet {
  let now = 1_000_000;
  let calm = false;
  const queue: { readonly at: number; readonly act: () => void }[] = [];
  let stored: StoredModel | undefined;
  let former: StoredModel | undefined;
  let lineage = 0;
  let claim: { readonly replica: string; endsAt: number } | undefined;
  const failedAt = new Map<number, number>();
  const clearedAt = new Map<number, number>();
  let probes = 0;
  let mostProbing = 0;
  let calls = 0;

  /** In the order of their time, those of one time as they were planned. */
  const later = (ms: number, act: () => void): void => {
    const at = now + ms;
    let place = queue.length;
    while (place > 0 && (queue[place - 1]?.at ?? 0) > at) place -= 1;
    queue.splice(place, 0, { at, act });
  };
  const fate = (): Fate => (calm ? 20 : fates());

  function write(model: SharedModel, expected: string): Written {
    if ((stored?.model.stamp ?? "") !== expected) return { kind: "refused", found: stored, servedAt: new Map() };
    former = stored;
    stored = { model, storedAt: now };
    const news = stored;
    for (const { isCut, seat } of replicas) {
      const told = fate();
      if (told !== "lost" && !isCut) later(told, () => seat.hear(news, "told"));
    }
    return { kind: "done" };
  }
  const claimant = (): string | undefined => (claim !== undefined && claim.endsAt > now ? claim.replica : undefined);
  function claimProbe(replica: string, stamp: string): Claimed {
    if ((stored?.model.stamp ?? "") !== stamp) return "outdated";
    if ((claimant() ?? replica) !== replica) return "taken";
    claim = { replica, endsAt: now + probeClaimMs };
    return "ours";
  }
  function renew(replica: string): void {
    if (claim !== undefined && claimant() === replica) claim.endsAt = now + probeClaimMs;
  }
  function release(replica: string): void {
    if (claimant() === replica) claim = undefined;
  }

  const replicas = skewsMs.map((skewMs, number): Replica => startReplica(`r${number}`, skewMs, number));

  function startReplica(name: string, skewMs: number, number: number): Replica {
    const faults: string[] = [];
    const clock = clockOf(skewMs);
    const policy = { ...slotsInput({ credentials: ids }).policy, ...failback };
    let isAsking = false;
    let knownLineage = 0;
    let lastArrival = 0;
    let seat: SharingSeat | undefined;
    const keeper = createSlotsKeeper({ policy, disabled: ids.map(() => false) }, clock, (before, after, cause) => {
      if (after.epoch < before.epoch) faults.push(`epoch fell from ${before.epoch} to ${after.epoch}`);
      if (after.home !== before.home && after.epoch === before.epoch) faults.push("a home without an epoch");
      seat?.changed(before, after, cause);
      mostProbing = Math.max(mostProbing, replicas.filter(isProbing).length);
    });

    /** Commands of one connection come in the order in which they were sent. */
    function arrivalIn(ms: number): number {
      lastArrival = Math.max(lastArrival, now + ms);
      return lastArrival - now;
    }
    /** One that is not answered costs the connection. */
    function ask<Answer>(act: () => Answer): Promise<Answer> {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const lost = (): void => {
        part();
        reject(new Error("no answer"));
      };
      const [there, back] = [fate(), fate()];
      if (there === "lost") later(patienceMs, lost);
      else {
        later(arrivalIn(there), () => {
          if (replica.isCut) return later(patienceMs, lost);
          const answer = act();
          if (back === "lost") later(patienceMs, lost);
          else later(back, () => (replica.isCut ? lost() : resolve(answer)));
        });
      }
      return promise;
    }
    function part(): void {
      if (!replica.isConnected) return;
      replica.isConnected = false;
      replica.seat.part();
      later(reconnectMs, exchange);
    }
    function exchange(): void {
      if (isAsking) return;
      if (!replica.isConnected) replica.seat.tick();
      isAsking = true;
      const { holdsProbe } = replica.seat;
      const asked = ask(() => {
        if (holdsProbe) renew(name);
        return { found: stored, line: lineage };
      });
      void asked.then(hear, () => undefined).finally(() => (isAsking = false));
    }
    function hear({ found, line }: { readonly found: StoredModel | undefined; readonly line: number }): void {
      const isNew = !replica.isConnected || line !== knownLineage;
      replica.isConnected = true;
      knownLineage = line;
      if (isNew) replica.seat.rejoin(found);
      else if (found !== undefined) replica.seat.hear(found, "read");
      replica.seat.tick();
    }
    function tick(): void {
      exchange();
      later(tickMs, tick);
    }

    const link: FleetLink = {
      replica: name,
      get isConnected() {
        return replica.isConnected;
      },
      // Its reckoning of the store's time is a little off.
      aheadMs: -skewMs + (number - 1) * 40,
      write: (model, expected) => ask(() => write(model, expected)),
      claimProbe: (stamp) => ask(() => claimProbe(name, stamp)),
      releaseProbe: () => ask(() => release(name)),
    };
    const replica: Replica = {
      keeper,
      seat: createSeat(
        {
          ids,
          accounts: [],
          current: () => keeper.current(),
          now: () => clock.now(),
          adopt: (state, by) => keeper.adopt(state, by),
          holdProbe: (call, until) => keeper.send({ type: "PROBE", call, until }),
        },
        link,
        connections,
      ),
      isCut: false,
      isConnected: false,
      get context() {
        return keeper.read();
      },
      faults,
    };
    ({ seat } = replica);
    later(number * 150, tick);
    return replica;
  }

  function clockOf(skewMs: number): Clock {
    return {
      now: () => now + skewMs,
      setTimer: (callback, delayMs) => {
        const timer = { isSet: true };
        later(delayMs, () => timer.isSet && callback());
        return timer;
      },
      clearTimer: (timer) => {
        if (timer !== undefined) (timer as { isSet: boolean }).isSet = false;
      },
    };
  }

  function act(step: Step): void {
    if (step.kind === "wait") return;
    if (!("replica" in step)) {
      stored = step.kind === "emptied" ? undefined : former;
      claim = undefined;
      lineage += 1;
      return;
    }
    const replica = replicas[step.replica];
    if (replica !== undefined) actOn(replica, step);
  }
  function actOn(replica: Replica, step: StepOfReplica): void {
    const { keeper } = replica;
    if (step.kind === "cut" || step.kind === "heal") return void (replica.isCut = step.kind === "cut");
    if (step.kind === "call") return call(keeper, step);
    if (!("slot" in step)) {
      for (const slot of ids.keys()) clearedAt.set(slot, now);
      return keeper.send({ type: "RESET" });
    }
    const context = keeper.current();
    const { slot } = step;
    if (isEnabled(context, slot) === (step.kind === "enable")) return;
    if (step.kind === "disable") return keeper.send({ type: "DISABLE", slot });
    const turn = { call: "x", slot, epoch: context.epoch, first: true };
    if (step.kind === "fails") {
      failedAt.set(slot, now);
      return keeper.send({ type: "AUTH", ...turn });
    }
    if (step.kind === "serves" && slot >= context.home) return;
    clearedAt.set(slot, now);
    keeper.send(step.kind === "enable" ? { type: "ENABLE", slot } : { type: "SUCCESS", ...turn });
  }
  function call(keeper: SlotsKeeper, { ms, end }: Extract<Step, { readonly kind: "call" }>): void {
    const slots = keeper.current();
    const turn = firstTurn(slots, untouched, slots.at);
    if (turn?.probes !== true) return;
    probes += 1;
    const { slot, epoch } = turn;
    const name = `call-${(calls += 1)}`;
    keeper.send({ type: "PROBE", call: name, until: slots.at + slots.policy.timeoutMs });
    if (end === "hangs") return;
    if (end === "is given up") return later(ms, () => keeper.send({ type: "RELEASE", call: name }));
    const type = ({ serves: "SUCCESS", fails: "AUTH", "is refused": "PERMANENT" } as const)[end];
    later(ms, () => keeper.send({ type, call: name, slot, epoch, first: true }));
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
  async function run(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      const next = queue[0];
      if (next === undefined || next.at > end) break;
      queue.shift();
      now = next.at;
      next.act();
      await settle();
    }
    now = end;
  }

  return {
    replicas,
    get stored() {
      return stored;
    },
    failedAt,
    clearedAt,
    get probes() {
      return probes;
    },
    get mostProbing() {
      return mostProbing;
    },
    carryOut: async (step) => {
      act(step);
      await settle();
      await run(step.kind === "wait" ? step.ms : 5);
    },
    run,
    healAll: () => {
      calm = true;
      for (const replica of replicas) replica.isCut = false;
    },
  };
}

/** Whether one of its calls is at a probe: the lease is no other replica's. */
function isProbing({ context: { probe } }: Replica): boolean {
  return probe?.lease != null && probe.lease.call.startsWith("call-");
}
