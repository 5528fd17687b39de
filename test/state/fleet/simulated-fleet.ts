import { type SlotsContext, type SlotsEvent, slotsInput } from "../../../machines/index.ts";
import { advanced, cooledAside, disabled, enabled, reset, tookHome } from "../../../machines/slots-changes.ts";
import { freshSlot, isEnabled } from "../../../machines/slots.ts";
import type { FleetMember } from "../../../src/engine/fleet.ts";
import { createSeat, type FleetLink, type SharingSeat, type Written } from "../../../src/state/fleet/seat.ts";
import type { SharedModel, StoredModel } from "../../../src/state/fleet/shared-model.ts";

export const ids = ["a", "b", "c"];
const connections = new Map(ids.map((id) => [id, `at-${id}`]));

/** How often a replica reads what the store holds. */
const tickMs = 500;
/** After this time without an answer a replica gives a command up. */
const patienceMs = 1000;

/** What the network does to one message: it is lost, or takes so long. */
export type Fate = "lost" | number;

/** One thing that happens in a schedule. */
export type Step =
  | StepOfReplica
  | { readonly kind: "emptied" | "set back" }
  | { readonly kind: "wait"; readonly ms: number };

type StepOfReplica =
  | { readonly kind: "fails" | "serves" | "disable" | "enable"; readonly replica: number; readonly slot: number }
  | { readonly kind: "reset" | "cut" | "heal"; readonly replica: number };

interface Replica {
  readonly seat: SharingSeat;
  isCut: boolean;
  context: SlotsContext;
  readonly goOn: (change: Partial<SlotsContext>, event: SlotsEvent) => void;
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
  carryOut(step: Step): Promise<void>;
  run(ms: number): Promise<void>;
  healAll(): void;
}

/** `fates` is asked for each message; `skewsMs` is what each replica's clock is off. */
export function createSimulatedFleet(skewsMs: readonly number[], fates: () => Fate): SimulatedFleet {
  let now = 1_000_000;
  let calm = false;
  const queue: { readonly at: number; readonly act: () => void }[] = [];
  let stored: StoredModel | undefined;
  let former: StoredModel | undefined;
  const failedAt = new Map<number, number>();
  const clearedAt = new Map<number, number>();

  /** In the order of their time, those of one time as they were planned. */
  const later = (ms: number, act: () => void): void => {
    const at = now + ms;
    let place = queue.length;
    while (place > 0 && (queue[place - 1]?.at ?? 0) > at) place -= 1;
    queue.splice(place, 0, { at, act });
  };
  const fate = (): Fate => (calm ? 20 : fates());

  function message(replica: Replica, act: () => void, lost: () => void = () => {}): void {
    const told = fate();
    if (told === "lost") later(patienceMs, lost);
    else later(told, () => (replica.isCut ? lost() : act()));
  }
  function exchange<Answer>(replica: Replica, act: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error("no answer"));
      message(
        replica,
        () => {
          const answer = act();
          message(replica, () => resolve(answer), lost);
        },
        lost,
      );
    });
  }

  function write(model: SharedModel, expected: string): Written {
    if ((stored?.model.stamp ?? "") !== expected) return { kind: "refused", found: stored, servedAt: new Map() };
    former = stored;
    stored = { model: model, storedAt: now };
    const news = stored;
    for (const each of replicas) message(each, () => each.seat.hear(news, "told"));
    return { kind: "done" };
  }

  /** A replica that is back reads what there is before it does anything else. */
  function rejoin(replica: Replica): void {
    const found = exchange(replica, () => stored);
    void found.then((model) => replica.seat.rejoin(model)).catch(() => undefined);
  }

  const replicas = skewsMs.map((skewMs, number): Replica => {
    const start: SlotsContext = {
      policy: slotsInput({ credentials: ids }).policy,
      at: now + skewMs,
      wakeAt: 0,
      home: 0,
      epoch: 0,
      served: 0,
      servingSince: now + skewMs,
      ledByProbe: false,
      probe: null,
      slots: ids.map(() => freshSlot),
    };
    const goOn = (change: Partial<SlotsContext>, event: SlotsEvent): void => {
      const before = replica.context;
      const after = { ...before, ...change };
      if (after.epoch < before.epoch) replica.faults.push(`epoch fell from ${before.epoch} to ${after.epoch}`);
      if (after.home !== before.home && after.epoch === before.epoch) replica.faults.push("a home without an epoch");
      replica.context = after;
      replica.seat.changed(before, after, { event });
    };
    const member: FleetMember = {
      ids,
      accounts: [],
      read: () => replica.context,
      now: () => now + skewMs,
      adopt: (state) => goOn(state, { type: "RESTORE", state }),
      holdProbe: () => undefined,
    };
    const link: FleetLink = {
      replica: `r${number}`,
      get isConnected() {
        return !replica.isCut;
      },
      // Its reckoning of the store's time is a little off.
      aheadMs: -skewMs + (number - 1) * 40,
      write: (model, expected) => exchange(replica, () => write(model, expected)),
      claimProbe: async () => "taken",
      releaseProbe: async () => undefined,
    };
    const replica: Replica = {
      isCut: false,
      context: start,
      faults: [],
      goOn,
      seat: createSeat(member, link, connections),
    };
    const tick = (): void => {
      if (!replica.isCut) {
        void exchange(replica, () => stored).then(
          (found) => found && replica.seat.hear(found, "read"),
          () => undefined,
        );
        replica.seat.tick();
      }
      later(tickMs, tick);
    };
    later(number * 150, tick);
    later(number * 10, () => rejoin(replica));
    return replica;
  });

  function act(step: Step): void {
    if (step.kind === "wait") return;
    if (!("replica" in step)) {
      stored = step.kind === "emptied" ? undefined : former;
      for (const { isCut, seat } of replicas) if (!isCut) seat.rejoin(stored);
      return;
    }
    const replica = replicas[step.replica];
    if (replica !== undefined) actOn(replica, step, now + (skewsMs[step.replica] ?? 0));
  }
  function actOn(replica: Replica, step: StepOfReplica, at: number): void {
    const { context, seat, goOn } = replica;
    if (step.kind === "cut" || step.kind === "heal") {
      replica.isCut = step.kind === "cut";
      return replica.isCut ? seat.part() : rejoin(replica);
    }
    if (!("slot" in step)) {
      for (const slot of ids.keys()) clearedAt.set(slot, now);
      return goOn({ ...reset(context, at), at }, { type: "RESET" });
    }
    const { slot } = step;
    if (isEnabled(context, slot) === (step.kind === "enable")) return;
    if (step.kind === "disable") return goOn({ ...disabled(context, at, slot), at }, { type: "DISABLE", slot });
    const turn = { call: "x", slot, epoch: context.epoch, first: true };
    if (step.kind === "fails") {
      failedAt.set(slot, now);
      const failed = slot === context.home ? advanced : cooledAside;
      return goOn({ ...failed(context, at, step), at }, { type: "AUTH", ...turn });
    }
    if (step.kind === "serves" && slot >= context.home) return;
    clearedAt.set(slot, now);
    if (step.kind === "enable") return goOn({ ...enabled(context, slot), at }, { type: "ENABLE", slot });
    goOn({ ...tookHome(context, at, { slot }), at }, { type: "SUCCESS", ...turn });
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
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
    carryOut: async (step) => {
      act(step);
      await settle();
      await run(step.kind === "wait" ? step.ms : 5);
    },
    run,
    healAll: () => {
      calm = true;
      for (const replica of replicas) {
        const wasCut = replica.isCut;
        replica.isCut = false;
        if (wasCut) rejoin(replica);
      }
    },
  };
}
