import { once } from "node:events";
import { createInterface } from "node:readline";
import { createWebSocketReceiver, type StatelyInspectionEvent } from "@statelyai/inspect";
import { describe, expect, it, onTestFinished } from "vitest";
import { keyswitch, start } from "./command-line.ts";
import { runGateway } from "./running-gateway.ts";

const adminKey = "admin-planted-0001";
const upstreamKey = "sk-planted-0001";

const config = {
  models: {
    chat: {
      model: "m",
      credentials: ["primary", "spare"].map((id) => ({
        id,
        provider: "custom",
        api_base: "http://127.0.0.1:9",
        api_key: `${upstreamKey}-${id}`,
      })),
    },
  },
  gateway: { admin_key: adminKey },
};

/** Starts `keyswitch inspect --receivers`, and returns what it printed first. */
async function inspect(url: string): Promise<{ readonly receivers: { readonly stately: string } }> {
  const child = start(["inspect", "--url", url, "--receivers", "--json"], { env: { KEYSWITCH_ADMIN_KEY: adminKey } });
  onTestFinished(async () => {
    child.kill("SIGINT");
    await once(child, "close");
  });
  if (child.stdout === null) throw new Error("it has no output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return JSON.parse(line) as { receivers: { stately: string } };
}

describe("keyswitch inspect --receivers", () => {
  it("shows the machines of a running gateway to XState's inspectors, and what an operator does to them", async () => {
    await using gateway = await runGateway(config);
    const { receivers } = await inspect(gateway.url);
    const seen: StatelyInspectionEvent[] = [];
    createWebSocketReceiver({ server: receivers.stately }).subscribe((event) => seen.push(event));
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(1);

    const { code } = await keyswitch(["status", "--url", gateway.url, "disable", "chat", "primary"], {
      env: { KEYSWITCH_ADMIN_KEY: adminKey },
    });
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(3);

    expect(code).toBe(0);
    expect(seen).toMatchObject([
      { type: "@xstate.actor", name: "chat", snapshot: { value: { s0: "serving" }, context: { home: "primary" } } },
      { type: "@xstate.event", event: { type: "DISABLE", credential: "primary" } },
      { type: "@xstate.snapshot", snapshot: { value: { s1: "serving" }, context: { disabled: ["primary"] } } },
    ]);
    expect(`${JSON.stringify(seen)}${JSON.stringify(receivers)}`).not.toMatch(/planted/);
  });
});
