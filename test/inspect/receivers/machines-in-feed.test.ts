import { describe, expect, it, onTestFinished } from "vitest";
import { createFeed, type Feed } from "../../../src/inspect/feed.ts";
import { type MachinesInFeed, machinesInFeed } from "../../../src/inspect/receivers/machines-in-feed.ts";
import type { Model } from "../../../src/index.ts";
import { liveModelOf } from "../../../src/model.ts";
import { call, modelOf } from "../models.ts";

interface Told {
  readonly told: readonly (readonly unknown[])[];
  readonly machines: MachinesInFeed;
  readonly feed: Feed;
  /** Tells how all stand, as a feed does at its beginning and after it left something out. */
  readonly present: () => void;
}

/** Reads a feed of these models as another process would, and writes down what it tells. */
function read(...models: readonly Model[]): Told {
  const feed = createFeed();
  feed.follow(models);
  onTestFinished(async () => {
    feed.close();
    await Promise.all(models.map((model) => model.close()));
  });
  const told: unknown[][] = [];
  const machines = machinesInFeed({
    appeared: ({ model, state }) => told.push(["appeared", model, state().home, state().epoch]),
    moved: ({ model }, { event, state }) => told.push(["moved", model, event.type, state.home]),
    gone: ({ model }) => told.push(["gone", model]),
  });
  feed.subscribe((entry) => machines.read({ type: "entries", entries: [entry], dropped: 0 }));
  const present = (): void => machines.read({ type: "present", at: Date.now(), models: feed.present() });
  present();
  return { told, machines, feed, present };
}

describe("a feed that another process reads", () => {
  it("tells of the machines that there are", () => {
    const { told, machines } = read(modelOf(["a", "b"]), modelOf(["x"], { id: "other" }));

    expect(told).toEqual([
      ["appeared", "chat", "a", 0],
      ["appeared", "other", "x", 0],
    ]);
    expect(machines.machines().map(({ model, credentials }) => [model, credentials])).toEqual([
      ["chat", ["a", "b"]],
      ["other", ["x"]],
    ]);
  });

  it("knows after each move how a machine stands", async () => {
    const chat = modelOf(["a", "b"]);
    const { told, machines } = read(chat);

    await call(chat, { a: 401 });

    expect(told.slice(1)).toEqual([["moved", "chat", "AUTH", "b"]]);
    expect(machines.machines()[0]?.state()).toMatchObject({ home: "b", epoch: 1 });
  });

  it("shows a machine anew after moves that it left out", () => {
    const chat = modelOf(["a", "b"]);
    const { told, feed, present } = read(chat);
    feed.follow([chat]);
    liveModelOf(chat)?.present().engine.operate({ type: "RESET" });

    present();

    expect(told.slice(1)).toEqual([
      ["moved", "chat", "RESET", "a"],
      ["appeared", "chat", "a", 1],
    ]);
  });

  it("tells of models that go and come, and of other credentials as of another machine", () => {
    const [chat, other] = [modelOf(["a", "b"]), modelOf(["x"], { id: "other" })];
    const { told, feed, machines } = read(chat);
    feed.follow([other]);
    expect(told.slice(1)).toEqual([
      ["appeared", "other", "x", 0],
      ["gone", "chat"],
    ]);

    const [before] = machines.machines();
    const models = feed
      .present()
      .map((model) => ({ ...model, credentials: [{ id: "y", provider: "p", upstreamModel: "m" }] }));
    machines.read({ type: "present", at: Date.now(), models });

    const [after] = machines.machines();
    expect(after?.credentials).toEqual(["y"]);
    expect(after?.session).not.toBe(before?.session);
  });

  it("knows of none once it has ended", () => {
    const { told, machines } = read(modelOf(["a", "b"]));

    machines.forget();

    expect(told.at(-1)).toEqual(["gone", "chat"]);
    expect(machines.machines()).toEqual([]);
  });
});
