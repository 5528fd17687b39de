import { describe, expect, it, onTestFinished } from "vitest";
import type { GatewayConfigInput } from "../../src/config/index.ts";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import type { KeyswitchConfig } from "../../src/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider } from "../../src/testing/fake-provider/index.ts";

type GatewayKey = NonNullable<GatewayConfigInput["keys"]>[number] & { readonly key: string };

const slow: GatewayKey = { id: "slow", key: "gw-slow-0001", rate: "2/h" };

/** A running gateway, and its configuration with these credentials and keys. */
async function open(keys: readonly GatewayKey[] = []): Promise<{
  gateway: Gateway;
  url: string;
  ask: (key: string) => Promise<number>;
  configOf: (ids: readonly string[], keys?: readonly GatewayKey[]) => KeyswitchConfig;
}> {
  const upstream = await createFakeProvider();
  const configOf = (ids: readonly string[], next = keys): KeyswitchConfig => ({
    models: {
      chat: {
        model: "m",
        credentials: ids.map((id) => ({ id, provider: "custom", api_base: upstream.baseURL, api_key: `sk-${id}` })),
      },
    },
    gateway: { port: 0, keys: next },
  });
  const gateway = createGateway(configOf(["a"]), { logger: createLogger({ level: "silent" }) });
  const { url } = await gateway.listen();
  onTestFinished(async () => {
    await upstream.close();
    await gateway.close();
  });
  const body = JSON.stringify({ model: "chat", messages: [] });
  const ask = async (key: string): Promise<number> => {
    const headers = { "x-api-key": key, "content-type": "application/json" };
    return (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).status;
  };
  return { gateway, url, ask, configOf };
}

describe("a reload of the gateway", () => {
  it("gives a key no more calls than it had left", async () => {
    const { gateway, ask, configOf } = await open([slow]);
    await ask("gw-slow-0001");

    gateway.reload(configOf(["a", "b"], [{ ...slow, id: "renamed" }]));

    expect([await ask("gw-slow-0001"), await ask("gw-slow-0001")]).toEqual([200, 429]);
  });

  it.each<[string, GatewayKey]>([
    ["another rate", { ...slow, rate: "3/h" }],
    ["another key", { ...slow, key: "gw-slow-0002" }],
  ])("counts anew with %s", async (_, next) => {
    const { gateway, ask, configOf } = await open([slow]);
    expect([await ask("gw-slow-0001"), await ask("gw-slow-0001")]).toEqual([200, 200]);

    gateway.reload(configOf(["a"], [next]));

    expect(await ask(next.key)).toBe(200);
  });

  it("counts a credential that it brings", async () => {
    const { gateway, url, configOf } = await open();

    gateway.reload(configOf(["a", "b"]));

    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('keyswitch_credential_up{model="chat",credential="b"} 1');
  });
});
