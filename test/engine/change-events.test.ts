import { describe, expect, it } from "vitest";
import { slotsInput } from "../../machines/index.ts";
import { machineStateOf, slotsContextOf } from "../../src/engine/machine-state.ts";
import type { ChangeEvent } from "../../src/engine/model-events.ts";
import { Refusal, type ScriptedModel, scriptedModel } from "../telemetry/scripted-model.ts";

const changesOf = (model: ScriptedModel): ChangeEvent[] => {
  const changes: ChangeEvent[] = [];
  model.on("change", (change) => changes.push(change));
  return changes;
};

const auth = { primary: [{ fails: { class: "auth", rule: "status.401" } }] } as const;

describe("a change of a model's machine", () => {
  it("is told with what the machine was told, how it stood and how it stands", async () => {
    const model = scriptedModel("chat");
    const changes = changesOf(model);

    await model.call(auth);

    expect(changes).toEqual([
      {
        model: "chat",
        change: 1,
        told: {
          type: "AUTH",
          credential: "primary",
          call: expect.any(String) as string,
          epoch: 0,
          first: true,
          routed: false,
          retryAfterMs: undefined,
        },
        rule: "status.401",
        before: expect.objectContaining({ home: "primary", epoch: 0, slots: {} }) as object,
        after: expect.objectContaining({
          home: "azure-east",
          epoch: 1,
          slots: { primary: { cooldownUntil: 600_000, failedAt: 0 } },
        }) as object,
      },
    ]);
  });

  it("is counted without a gap, whoever listens, and names no event where a timer fired", async () => {
    const model = scriptedModel("chat");
    await model.call(auth);
    const changes = changesOf(model);

    await model.pass(600_000);
    await model.call();

    expect(changes.map(({ change, told }) => [change, told?.type])).toEqual([
      [2, undefined],
      [3, "PROBE"],
      [4, "SUCCESS"],
    ]);
    expect(changes[0]?.after.at).toBe(600_000);
  });

  it("is not the count of one more served call: the next one tells how far it has come", async () => {
    const model = scriptedModel("chat");
    await model.call(auth);
    const changes = changesOf(model);

    for (let each = 0; each < 50; each += 1) {
      await model.pass(1_000);
      await model.call();
    }

    expect(changes.map(({ told, before, after }) => [told?.type, before.served, after.probe?.credential])).toEqual([
      ["SUCCESS", 49, "primary"],
    ]);
  });

  it("holds no word of an upstream and no key", async () => {
    const model = scriptedModel("chat");
    const changes = changesOf(model);

    await model.call(auth);

    expect(JSON.stringify(changes)).not.toMatch(/planted|Incorrect/);
    expect(new Refusal({ class: "auth" }).message).toContain("planted");
  });

  it("writes a machine's state down so that it can be gone on from", async () => {
    const model = scriptedModel("chat");
    await model.call(auth);
    await model.pass(600_000);
    const slots = model.engine.actor.getSnapshot().context;
    const ids = ["primary", "azure-east"];

    const written = JSON.parse(JSON.stringify(machineStateOf(slots, ids))) as ReturnType<typeof machineStateOf>;

    const { policy } = slotsInput({ credentials: ids });
    expect(slotsContextOf(written, ids, policy)).toEqual({ ...slots, policy, wakeAt: slots.at });
  });
});
