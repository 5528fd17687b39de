import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import type { KeyswitchConfig } from "../../src/index.ts";
import { stateFile } from "../state/state-files.ts";

function configOf(state: KeyswitchConfig["state"]): KeyswitchConfig {
  const credentials = [{ id: "a", provider: "custom", api_base: "http://127.0.0.1:9/v1", api_key: "sk-planted" }];
  return { models: { chat: { model: "m", credentials } }, gateway: { port: 0 }, state };
}

function gatewayOf(state: KeyswitchConfig["state"]): { readonly gateway: Gateway; readonly log: readonly string[] } {
  const log: string[] = [];
  const gateway = createGateway(configOf(state), {
    logger: pino({ level: "info" }, { write: (line) => log.push(line) }),
  });
  onTestFinished(() => gateway.close());
  return { gateway, log };
}

describe("a gateway's state", () => {
  it("counts from the next start on when a reload brings another one", () => {
    const { gateway } = gatewayOf({ kind: "memory" });

    expect(gateway.reload(configOf({ kind: "file", path: stateFile() })).onlyAfterRestart).toEqual(["state"]);
    expect(gateway.reload(configOf({ kind: "memory" })).onlyAfterRestart).toEqual([]);
  });

  it("is told of in the log when its file cannot be used", () => {
    const path = stateFile();
    writeFileSync(path, "broken");

    const { log } = gatewayOf({ kind: "file", path });

    expect(log.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ event: "state", msg: expect.stringMatching(/is no state of keyswitch/) }),
    );
  });

  it("makes it degraded, not unready, while its Redis is away", { timeout: 30_000 }, async () => {
    // Nobody listens on port 9.
    const { gateway, log } = gatewayOf({ kind: "redis", url: "redis://:planted-secret@127.0.0.1:9" });
    const { url } = await gateway.listen();

    const ready = await fetch(`${url}/readyz`);
    const metrics = await (await fetch(`${url}/metrics`)).text();

    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: "ready",
      state: { kind: "redis", status: "degraded", connected: false, trouble: expect.stringMatching(/ECONNREFUSED/) },
    });
    expect(metrics).toContain("keyswitch_state_connected 0");
    for (let look = 0; look < 200 && !log.some((line) => line.includes("goes on alone")); look += 1) await wait(25);
    expect(log.filter((line) => line.includes("goes on alone"))).toHaveLength(1);
    expect([...log, metrics].join("\n")).not.toContain("planted");
  });
});
