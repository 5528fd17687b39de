import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createWebSocketReceiver, type StatelyInspectionEvent } from "@statelyai/inspect";
import { describe, expect, it, onTestFinished } from "vitest";
import { call, modelOf, plantedKey } from "../models.ts";
import { openBridge } from "./open-bridge.ts";

const program = fileURLToPath(new URL("../../receivers/xstate-inspect/receiver.mjs", import.meta.url));

type Line = readonly [type: string, ...words: readonly unknown[]];

/** Starts the real receiver of `@xstate/inspect`, on XState 4. */
function startReceiver(server: string) {
  const child = spawn(process.execPath, [program, server], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line) as Line));
  return { lines, say: (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`) };
}

describe("the receiver of @xstate/inspect 0.8.0", () => {
  it("shows a model's machine, each move with its event, and the end", async () => {
    const model = modelOf(["primary", "spare"]);
    onTestFinished(() => model.close());
    const { bridge, xstateInspect } = await openBridge([model]);
    const { lines } = startReceiver(xstateInspect);
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(1);

    await call(model, { primary: 401 });
    await call(model, { spare: 429 });
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(7);
    await bridge.close();
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(8);

    const [registered, ...moves] = lines;
    expect(registered?.slice(0, 2)).toEqual(["service.register", "chat"]);
    expect(registered?.[2]).toMatchObject({
      labels: ["primary", "spare", expect.stringContaining("The chain's end")],
      state: "model model.s0 model.s0.serving",
      moves: expect.arrayContaining(["AUTH model.s1.serving", "QUOTA_EXCEEDED model.s1.serving"]) as unknown,
    });
    expect(moves).toMatchObject([
      ["service.event", "AUTH", { type: "AUTH", credential: "primary", epoch: 0, first: true, rule: "code.401" }],
      ["service.state", "model model.s1 model.s1.serving", { home: "spare", epoch: 1 }],
      ["service.event", "TRANSIENT", { credential: "spare", epoch: 1 }],
      ["service.state", "model model.exhausted", { home: null, epoch: 2 }],
      ["service.event", "SUCCESS", { credential: "primary", epoch: 2 }],
      ["service.state", "model model.s0 model.s0.serving", { home: "primary", epoch: 3, coolingMs: {} }],
      ["service.stop"],
    ]);
    expect(JSON.stringify(lines)).not.toContain(plantedKey);
  });

  it("cannot drive the machine", async () => {
    const model = modelOf(["primary", "spare"]);
    onTestFinished(() => model.close());
    const { xstateInspect } = await openBridge([model]);
    const { lines, say } = startReceiver(xstateInspect);
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(1);

    say({
      type: "xstate.event",
      event: JSON.stringify({ name: "AUTH", slot: 0, epoch: 0, call: "c" }),
      service: "x:0",
    });
    await call(model, { primary: 401 });
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(3);

    expect(model.snapshot().epoch).toBe(1);
  });
});

describe("the receiver of @statelyai/inspect 0.7.2", () => {
  it("shows a model's machine and each move with its event", async () => {
    const model = modelOf(["primary", "spare"]);
    onTestFinished(() => model.close());
    const { stately } = await openBridge([model]);
    const seen: StatelyInspectionEvent[] = [];
    createWebSocketReceiver({ server: stately }).subscribe((event) => seen.push(event));
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(1);

    await call(model, { primary: 401 });
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(3);

    const [actor, event, snapshot] = seen;
    expect(actor).toMatchObject({ type: "@xstate.actor", name: "chat", snapshot: { value: { s0: "serving" } } });
    expect(JSON.parse((actor as { readonly definition: string }).definition)).toMatchObject({
      id: "model",
      initial: "s0",
      states: { s0: { description: "primary" }, s1: { description: "spare" }, exhausted: {} },
    });
    expect(event).toMatchObject({ type: "@xstate.event", event: { type: "AUTH", credential: "primary" } });
    expect(snapshot).toMatchObject({
      type: "@xstate.snapshot",
      event: { type: "AUTH" },
      snapshot: { status: "active", value: { s1: "serving" }, context: { home: "spare", epoch: 1 }, tags: ["serving"] },
    });
    expect(JSON.stringify(seen)).not.toContain(plantedKey);
  });
});
