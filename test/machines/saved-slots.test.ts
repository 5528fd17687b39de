import { describe, expect, it } from "vitest";
import { nextDueAt, restoreSlots, type SavedSlots, saveSlots, slotsInput } from "../../machines/index.ts";
import { type Model, startModel } from "./credential-slots/model.ts";

const wallAt = Date.UTC(2025, 5, 1);

const save = (model: Model, ids: readonly string[]): SavedSlots =>
  JSON.parse(JSON.stringify(saveSlots(model.know(), ids, { at: model.clock.now(), wallAt }))) as SavedSlots;

/** A new process's model, after what was saved has been taken up; its clock starts at 0. */
function startFrom(saved: SavedSlots, ids: readonly string[], { downMs = 0, disabled = [] as string[] } = {}): Model {
  const model = startModel({ credentials: ids.map((id) => ({ disabled: disabled.includes(id) })) });
  const state = restoreSlots(saved, model.know(), ids, { at: 0, wallAt: saved.savedAt + downMs });
  model.send({ type: "RESTORE", state });
  return model;
}

const abc = ["a", "b", "c"];

/** A model that serves from c: a has stated 900 s, b rests 600 s; 100 s have passed, and two calls. */
function startAtC(): Model {
  const model = startModel(3);
  model.fails(0, "quota_exceeded", { retryAfterMs: 900_000 });
  model.fails(1);
  model.pass(100);
  model.serves(2);
  model.serves(2);
  return model;
}

describe("what is saved (S16)", () => {
  it("is plain data by credential, its ends on the wall clock and its ages in milliseconds", () => {
    const saved = save(startAtC(), abc);

    expect(saved).toEqual({
      version: 1,
      savedAt: wallAt,
      home: "c",
      epoch: 2,
      served: 2,
      servingForMs: 100_000,
      ledByProbe: false,
      probe: null,
      slots: [
        {
          id: "a",
          cooldown: { endsAt: wallAt + 800_000, remainingMs: 800_000 },
          stated: { endsAt: wallAt + 800_000, remainingMs: 800_000 },
          failedAgoMs: 100_000,
          failedFailbacks: 0,
          probedInVain: false,
          disabled: false,
        },
        {
          id: "b",
          cooldown: { endsAt: wallAt + 500_000, remainingMs: 500_000 },
          stated: null,
          failedAgoMs: 100_000,
          failedFailbacks: 0,
          probedInVain: false,
          disabled: false,
        },
        {
          id: "c",
          cooldown: null,
          stated: null,
          failedAgoMs: null,
          failedFailbacks: 0,
          probedInVain: false,
          disabled: false,
        },
      ],
    });
  });

  it("tells of a probe, but of nobody's claim on it", () => {
    const model = startAtC();
    model.pass(500);
    model.probe("prober");
    model.fails(1, "permanent", { call: "prober" });
    model.probe("next");

    expect(save(model, abc)).toMatchObject({ home: "c", probe: { slot: "b", undecided: true } });
  });

  it("names no home when exhausted", () => {
    const model = startModel(1);
    model.fails(0);

    expect(save(model, ["a"]).home).toBeNull();
  });

  it("names a slot without an id by its number", () => {
    expect(save(startModel(2), []).slots.map(({ id }) => id)).toEqual(["0", "1"]);
  });
});

describe("what is restored (S16)", () => {
  it("takes the time down off every rest and age", () => {
    const model = startFrom(save(startAtC(), abc), abc, { downMs: 300_000 });

    expect(model.state()).toBe("s2.serving");
    expect(model.know()).toMatchObject({
      home: 2,
      epoch: 2,
      served: 2,
      servingSince: -400_000,
      ledByProbe: false,
      probe: null,
    });
    expect(model.know().slots).toMatchObject([
      { cooldownUntil: 500_000, statedUntil: 500_000, failedAt: -400_000 },
      { cooldownUntil: 200_000, statedUntil: null, failedAt: -400_000 },
      { cooldownUntil: null, statedUntil: null, failedAt: null },
    ]);
    model.pass(199.999);
    expect(model.state()).toBe("s2.serving");
    model.pass(0.001);
    expect(model.state()).toBe("s1.probing");
  });

  it("does not lengthen a rest when the clock was set back, nor undo the time served", () => {
    const model = startFrom(save(startAtC(), abc), abc, { downMs: -3_600_000 });

    expect(model.know().servingSince).toBe(-100_000);
    expect(model.know().slots).toMatchObject([
      { cooldownUntil: 800_000, failedAt: -100_000 },
      { cooldownUntil: 500_000 },
      {},
    ]);
  });

  it("ends a rest that ran out while it was down, and probes at once", () => {
    const model = startFrom(save(startAtC(), abc), abc, { downMs: 3_600_000 });
    expect(model.know().slots[0]?.cooldownUntil).toBe(0);

    model.pass(0);

    expect(model.state()).toBe("s1.probing");
  });

  it("keeps the age of a rest that was over at the save", () => {
    const model = startModel(3);
    model.fails(2, "auth", { retryAfterMs: 10_000 });
    model.pass(15);

    const restored = startFrom(save(model, abc), abc, { downMs: 1_000 });

    expect(restored.know().slots[2]).toMatchObject({ cooldownUntil: -6_000, statedUntil: -6_000 });
  });

  it("reckons ages from when things happened, not from the clock's start", () => {
    const model = startModel(2);
    model.pass(70);
    model.fails(0);
    model.pass(30);

    const saved = save(model, ["a", "b"]);

    expect(saved.servingForMs).toBe(30_000);
    expect(saved.slots[0]?.failedAgoMs).toBe(30_000);
  });

  it("keeps failing back by the clock where a slot above home has no rest, and home's time began before", () => {
    const model = startAtC();
    model.send({ type: "ENABLE", slot: 0 });
    model.send({ type: "DISABLE", slot: 1 });
    model.send({ type: "DISABLE", slot: 0 });
    model.send({ type: "ENABLE", slot: 0 });

    const restored = startFrom(save(model, abc), abc, { downMs: 1_000 });

    expect(nextDueAt(restored.know())).toBe(499_000);
  });

  it("has an undoubted probe go on without a doubt", () => {
    const model = startAtC();
    model.pass(500);

    expect(startFrom(save(model, abc), abc).know().probe).toEqual({ slot: 1, lease: null, undecided: false });
  });

  it("has a probe go on, its claim released and its doubt kept", () => {
    const model = startAtC();
    model.pass(500);
    model.probe("prober");
    model.fails(1, "permanent", { call: "prober" });
    model.probe("next");

    const restored = startFrom(save(model, abc), abc);

    expect(restored.state()).toBe("s1.probing");
    expect(restored.know().probe).toEqual({ slot: 1, lease: null, undecided: true });
  });

  it("keeps growth, the ladder's mark, what an operator took out, and whether a probe led home", () => {
    const model = startAtC();
    model.pass(500);
    model.probe("prober");
    model.fails(1, "auth", { call: "prober" });
    model.send({ type: "DISABLE", slot: 0 });

    const restored = startFrom(save(model, abc), abc);

    expect(restored.know().slots).toMatchObject([
      { disabled: true },
      { failedFailbacks: 1, probedInVain: true },
      { disabled: false },
    ]);
    model.send({ type: "FAILBACK" });
    model.probe("prober");
    model.serves(1, { call: "prober" });
    expect(startFrom(save(model, abc), abc).know().ledByProbe).toBe(true);
  });

  it("stays exhausted, until something rests no more", () => {
    const model = startModel(2);
    model.fails(0);
    model.fails(1);

    const restored = startFrom(save(model, ["a", "b"]), ["a", "b"], { downMs: 599_999 });

    expect(restored.state()).toBe("exhausted");
    restored.pass(0.001);
    expect(restored.state()).toBe("s0.probing");
  });

  it("finds credentials by id, in whatever order they are now", () => {
    const model = startFrom(save(startAtC(), abc), ["c", "b", "a"]);

    expect(model.state()).toBe("s0.serving");
    expect(model.know()).toMatchObject({ home: 0, epoch: 2 });
    expect(model.know().slots.map(({ cooldownUntil }) => cooldownUntil)).toEqual([null, 500_000, 800_000]);
  });

  it("drops a credential that is gone, without disturbing the others", () => {
    const model = startFrom(save(startAtC(), abc), ["b", "c"]);

    expect(model.state()).toBe("s1.serving");
    expect(model.know()).toMatchObject({ home: 1, epoch: 2, served: 2 });
    expect(model.know().slots[0]?.cooldownUntil).toBe(500_000);
  });

  it("has a new credential start fresh", () => {
    const model = startFrom(save(startAtC(), abc), ["new", "a", "b", "c"]);

    expect(model.state()).toBe("s3.serving");
    expect(model.know().slots[0]).toMatchObject({ cooldownUntil: null, failedAt: null, disabled: false });
  });

  it("makes the next one left below home where home is gone", () => {
    const model = startModel(4);
    model.fails(0);
    const saved = save(model, ["a", "b", "c", "d"]);

    const restored = startFrom(saved, ["a", "d"], { downMs: 1_000 });

    expect(restored.state()).toBe("s1.serving");
    expect(restored.know()).toMatchObject({ home: 1, epoch: 2, served: 0, servingSince: 0, ledByProbe: false });
  });

  it("passes over a disabled one below it, as far as exhausted", () => {
    const model = startModel(3);
    model.fails(0);

    const heir = startFrom(save(model, abc), ["a", "c"], { disabled: ["c"] });

    expect(heir.know()).toMatchObject({ home: 2, epoch: 2 });
    expect(heir.state()).toBe("exhausted");
  });

  it("moves home off a credential that the configuration now disables", () => {
    const model = startModel(3);
    model.serves(0);

    const restored = startFrom(save(model, abc), abc, { disabled: ["a"] });

    expect(restored.state()).toBe("s1.serving");
    expect(restored.know()).toMatchObject({ home: 1, epoch: 1, served: 0 });
  });

  it("forgets who was probed in vain, and who led home, where home is not the same", () => {
    const model = startAtC();
    model.pass(500);
    model.probe("prober");
    model.fails(1, "auth", { call: "prober" });
    expect(model.know().slots[1]?.probedInVain).toBe(true);

    const restored = startFrom(save(model, abc), ["a", "b"]);

    expect(restored.know().slots.map(({ probedInVain }) => probedInVain)).toEqual([false, false]);
    expect(restored.know().ledByProbe).toBe(false);
  });

  it.each([
    ["gone", ["a", "c"], []],
    ["taken out", abc, ["b"]],
    ["below home now", ["c", "b", "a"], []],
  ] as const)("drops a probe of a credential that is %s", (_, ids, disabled) => {
    const model = startAtC();
    model.pass(500);
    expect(model.state()).toBe("s1.probing");

    const restored = startFrom(save(model, abc), ids, { disabled: [...disabled] });

    expect(restored.know().probe).toBeNull();
  });

  it("begins at the first credential where what was saved knows none of them, nor its own home", () => {
    const saved = { ...save(startAtC(), abc), home: "lost" };

    expect(startFrom(saved, abc).know()).toMatchObject({ home: 0, epoch: 3 });
    expect(slotsInput({ credentials: abc }).disabled).toHaveLength(3);
  });
});
