import { describe, expect, it } from "vitest";
import type { Heritage } from "../../../src/engine/heritage.ts";
import { type Claimed, type FleetLink, noStamp } from "../../../src/state/fleet/fleet-link.ts";
import { createSeat, type SharingSeat } from "../../../src/state/fleet/seat.ts";
import {
  failure,
  quiet,
  rejection,
  scripted,
  startVirtualEngine,
  UpstreamError,
} from "../../engine/scripted-engine.ts";
import { createSimulatedFleet, type Step } from "./simulated-fleet.ts";

/** A replica of a store that holds nothing yet, takes every write, and answers claims as the test says. */
function startReplica(heritage?: Heritage) {
  const claims: ((claimed: Claimed) => void)[] = [];
  let releases = 0;
  let released = Promise.resolve();
  let isConnected = true;
  const link: FleetLink = {
    replica: "r",
    get isConnected() {
      return isConnected;
    },
    aheadMs: 0,
    write: async (_, expected) =>
      expected === noStamp ? { kind: "refused", found: undefined, servedAt: new Map() } : { kind: "done" },
    claimProbe: () => new Promise((resolve) => claims.push(resolve)),
    releaseProbe: () => {
      releases += 1;
      return released;
    },
  };
  let seat: SharingSeat | undefined;
  const replica = startVirtualEngine(
    { failback: { timeoutMs: 10_000 } },
    { heritage, joinFleet: (member) => (seat = createSeat(member, link, new Map())) },
  );
  // After a reload the store has been there all along.
  if (heritage === undefined) seat?.rejoin(undefined);
  return {
    ...replica,
    seat: seat as SharingSeat,
    /** Answers the oldest claim that is not answered yet. */
    answer: async (claimed: Claimed): Promise<void> => {
      claims.shift()?.(claimed);
      await quiet();
    },
    /** From now on a claim that is given back is answered when the function that it returns is called. */
    holdReleases: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      released = promise;
      return resolve;
    },
    part: (): void => {
      isConnected = false;
      seat?.part();
    },
    get releases() {
      return releases;
    },
  };
}

/** A replica whose first credential has failed, and is due for a probe that it has claimed. */
async function startBeforeProbe() {
  const replica = startReplica();
  await replica.call(scripted({ a: [failure("auth")] }).attempt);
  await replica.pass(20_000);
  return replica;
}

const servedBy = ({ credential }: { readonly credential: { readonly id: string } }): string => credential.id;

describe("a replica's claim of a probe", () => {
  it("is waited for with every call but the first after it was granted", async () => {
    const { call, answer } = await startBeforeProbe();
    expect(await call(servedBy)).toBe("b");

    await answer("ours");

    expect(await call(servedBy)).toBe("a");
  });

  it("is not given back when an older one for a probe that ended meanwhile is answered late", async () => {
    const replica = await startBeforeProbe();
    replica.engine.operate({ type: "DISABLE", slot: 0 });
    replica.engine.operate({ type: "ENABLE", slot: 0 });
    replica.engine.operate({ type: "FAILBACK" });

    await replica.answer("ours");
    await replica.answer("ours");

    expect(replica.releases).toBe(0);
    expect(replica.seat.holdsProbe).toBe(true);
  });

  it("goes to no call after the store is away, until no other replica's can go on any more", async () => {
    const replica = await startBeforeProbe();
    await replica.answer("ours");
    replica.part();
    expect(await replica.call(servedBy)).toBe("b");

    await replica.pass(3001);
    replica.seat.tick();

    expect(await replica.call(servedBy)).toBe("a");
  });

  it("goes to no further call when the first one left it undecided while the store was away", async () => {
    const replica = await startBeforeProbe();
    await replica.answer("ours");
    const answer = Promise.withResolvers<never>();
    const probing = replica.call(() => answer.promise);
    replica.part();

    answer.reject(failure("permanent"));

    expect(await rejection(probing)).toBeInstanceOf(UpstreamError);
    expect(await replica.call(servedBy)).toBe("b");
  });

  it("keeps nothing that was learned meanwhile from the others while it is given back", async () => {
    const replica = await startBeforeProbe();
    await replica.answer("ours");
    const release = replica.holdReleases();
    expect(await replica.call(servedBy)).toBe("a");
    await quiet();
    expect(replica.releases).toBe(1);

    await replica.call(scripted({ a: [failure("auth")] }).attempt);
    release();
    await quiet();

    expect(replica.seat.standing()).toMatchObject({ agrees: true });
  });

  it("is made anew by the configuration that takes another's place in the middle of a probe", async () => {
    const { engine } = await startBeforeProbe();
    const next = startReplica(engine.heritage());
    expect(await next.call(servedBy)).toBe("b");
    next.seat.tick();

    await next.answer("ours");

    expect(await next.call(servedBy)).toBe("a");
  });

  it("is given up by a model that is closed, and not made again", async () => {
    const replica = await startBeforeProbe();
    await replica.answer("ours");
    await replica.engine.close();
    expect(replica.releases).toBe(1);

    await replica.pass(60_000);
    replica.seat.tick();

    expect(replica.seat.holdsProbe).toBe(false);
    expect(replica.releases).toBe(1);
  });
});

describe("replicas that were alone", () => {
  it("make their probes as a fleet again once the store is back", async () => {
    const fleet = createSimulatedFleet({ skewsMs: [0, 0, 0], fates: () => 20, failback: { timeoutMs: 2000 } });
    const all = async (step: (replica: number) => Step): Promise<void> => {
      for (const replica of [0, 1, 2]) await fleet.carryOut(step(replica));
    };
    await fleet.run(1500);
    await fleet.carryOut({ kind: "fails", replica: 0, slot: 0 });
    await fleet.run(500);
    await all((replica) => ({ kind: "cut", replica }));
    // The rest of a credential that has failed once, and the life of a claim: each of them may make its own now.
    await fleet.run(4000 + 6000);
    await all((replica) => ({ kind: "heal", replica }));
    await fleet.run(2000);

    await all((replica) => ({ kind: "call", replica, ms: 500, end: "serves" }));

    expect(fleet.probes).toBe(1);
  });
});
