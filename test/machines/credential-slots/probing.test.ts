import { describe, expect, it } from "vitest";
import { nextDueAt } from "../../../machines/index.ts";
import { startModel } from "./model.ts";

/** A model of three, its home s2, at the moment when s1 is to be probed. */
function startProbing() {
  const model = startModel(3);
  model.fails(0);
  model.fails(1);
  model.pass(600);
  expect(model.state()).toBe("s1.probing");
  return model;
}

describe("probing is half-open (S11)", () => {
  it("gives the next call that begins its first turn there, and the others home", () => {
    const model = startProbing();
    expect(model.firstTurn()).toMatchObject({ slot: 1, probes: true, first: true });

    model.probe("prober");

    expect(model.firstTurn()).toMatchObject({ slot: 2, probes: false, first: true });
    expect(model.know().probe).toEqual({ slot: 1, lease: { call: "prober", until: 1_200_000 }, undecided: false });
    expect(nextDueAt(model.know())).toBeNull();
  });

  it("lets nobody take a lease that is out", () => {
    const model = startProbing();
    model.probe("prober");

    model.probe("another");

    expect(model.know().probe?.lease?.call).toBe("prober");
  });

  it("serves from there when the holder's turn is a success, whatever its epoch", () => {
    const model = startProbing();
    model.probe("prober");
    model.fails(2);

    model.serves(1, { call: "prober", epoch: 2 });

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 4, served: 0, ledByProbe: true, probe: null });
    expect(model.rest(1)).toBeUndefined();
  });

  it.each(["auth", "quota_exceeded", "transient", "unknown"] as const)("serves on from home on %s", (errorClass) => {
    const model = startProbing();
    model.probe("prober");

    model.fails(1, errorClass, { call: "prober", epoch: -1 });

    expect(model.state()).toBe("s2.serving");
    expect(model.know()).toMatchObject({ home: 2, epoch: 2, probe: null });
    expect(model.rest(1)).toBe(1_200_000);
  });

  it("is decided by any turn there in the current epoch", () => {
    const proved = startProbing();
    proved.serves(1, { call: "a-late-one", first: false });
    const failed = startProbing();
    failed.fails(1, "auth", { call: "a-late-one", first: false, retryAfterMs: 700_000 });

    expect(proved.state()).toBe("s1.serving");
    expect(proved.know().ledByProbe).toBe(true);
    expect(failed.state()).toBe("s2.serving");
    expect(failed.rest(1)).toBe(700_000);
    expect(failed.know().slots[1]).toMatchObject({ failedFailbacks: 1, probedInVain: true, statedUntil: 1_300_000 });
  });

  it("has failed with a failure there, also of a call that was only routed to it", () => {
    const model = startProbing();
    model.probe("prober");

    model.fails(1, "auth", { call: "a-routed-one", routed: true });

    expect(model.state()).toBe("s2.serving");
    expect(model.know().slots[1]?.failedFailbacks).toBe(1);
  });

  it("is undecided after one request-level answer, and the next call probes", () => {
    const model = startProbing();
    model.probe("prober");

    model.fails(1, "permanent", { call: "prober" });

    expect(model.know().probe).toEqual({ slot: 1, lease: null, undecided: true });
    expect(model.firstTurn()).toMatchObject({ slot: 1, probes: true });
    model.probe("next");
    model.serves(1, { call: "next" });
    expect(model.state()).toBe("s1.serving");
  });

  it("has failed after a second one in a row, without a stated reset", () => {
    const model = startProbing();
    model.probe("prober");
    model.fails(1, "permanent", { call: "prober" });
    model.probe("next");

    model.fails(1, "content_safety", { call: "next" });

    expect(model.state()).toBe("s2.serving");
    expect(model.rest(1)).toBe(1_200_000);
    expect(model.know().slots[1]?.statedUntil).toBeNull();
  });

  it("ignores a request-level answer of anybody but the holder", () => {
    const model = startProbing();
    model.probe("prober");
    const before = model.know();

    model.fails(1, "permanent", { call: "another" });
    model.fails(2, "permanent", { call: "prober" });

    expect(model.know()).toBe(before);
  });

  it("has failed when its holder lets go before an answer", () => {
    const model = startProbing();
    model.probe("prober");
    model.send({ type: "RELEASE", call: "another" });
    expect(model.state()).toBe("s1.probing");

    model.send({ type: "RELEASE", call: "prober" });

    expect(model.state()).toBe("s2.serving");
    expect(model.rest(1)).toBe(1_200_000);
  });

  it("has failed when the lease ends, and no earlier", () => {
    const model = startProbing();
    model.probe("prober", model.clock.now() + 30_000);

    model.pass(29.999);
    expect(model.state()).toBe("s1.probing");
    model.pass(0.001);

    expect(model.state()).toBe("s2.serving");
    expect(model.rest(1)).toBe(1_200_000);
  });

  it("forgets the holder that comes back after its lease has ended", () => {
    const model = startProbing();
    model.probe("prober", model.clock.now() + 30_000);
    model.pass(30);
    model.fails(2);

    model.serves(1, { call: "prober", epoch: 2 });

    expect(model.know()).toMatchObject({ home: 3, epoch: 3, probe: { slot: 0 } });
  });

  it("waits for a call for ever", () => {
    const model = startProbing();

    model.pass(10_000_000);

    expect(model.state()).toBe("s1.probing");
  });

  it("goes on while home moves down, as far as exhausted, and returns to where home is then", () => {
    const model = startProbing();
    model.probe("prober");

    model.fails(2);
    expect(model.state()).toBe("s1.probing");
    expect(model.know()).toMatchObject({ home: 3, epoch: 3 });
    model.fails(1, "auth", { call: "prober", retryAfterMs: 900_000 });

    // s0 rests no more: it is the next to be probed.
    expect(model.state()).toBe("s0.probing");
    expect(model.know().home).toBe(3);
  });

  it("counts home's calls meanwhile, and clears a cooldown of home", () => {
    const model = startProbing();
    model.fails(2, "auth", { epoch: 1 });

    model.serves(2);

    expect(model.know().served).toBe(1);
    expect(model.state()).toBe("s1.probing");
  });
});
