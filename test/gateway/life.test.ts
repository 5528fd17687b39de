import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { createGateway } from "../../src/gateway/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { drained, keys, messages, openGateway, until } from "./open-gateway.ts";

const path = "/v1/chat/completions";
const chat = { model: "chat", messages };

describe("a gateway that closes", () => {
  it("lets what is in flight end, and sends new calls away until then", async () => {
    const { post, upstream, url, close } = await openGateway();
    upstream.script(keys.primary, { itemDelayMs: 100, items: 10 }, { delayMs: 500 });
    const stream = await post(path, { ...chat, stream: true });
    const whole = post(path, chat);
    await upstream.received(2);

    const closed = close();
    const late = await post(path, chat);
    const ready = await fetch(`${url}/readyz`);
    const healthy = await fetch(`${url}/healthz`);

    expect(late.status).toBe(503);
    expect(late.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(late.headers.get("connection")).toBe("close");
    expect(await late.json()).toMatchObject({ error: { code: "draining" } });
    expect(ready.status).toBe(503);
    expect(healthy.status).toBe(200);
    expect((await drained(stream)).text).toContain("[DONE]");
    expect((await whole).status).toBe(200);
    await closed;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow(TypeError);
  });

  it("cuts off what outlasts drain_timeout, as what it is", async () => {
    const { post, upstream, close } = await openGateway({ gateway: { drain_timeout: "100ms" } });
    upstream.set(keys.primary, { stallAfterItems: 1 });
    const stream = await post(path, { ...chat, stream: true });

    await close();

    expect((await drained(stream)).error).toBeInstanceOf(TypeError);
    await until(() => upstream.openSockets === 0);
  });

  it("closes once, however often it is told to", async () => {
    const { close } = await openGateway();

    await expect(Promise.all([close(), close()])).resolves.toEqual([undefined, undefined]);
  });
});

describe("a port that another process has", () => {
  it("is told by one error, with the option that says it", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const gateway = createGateway(
      {
        models: { chat: { model: "m", credentials: [{ provider: "openai", api_key: "sk-a" }] } },
        gateway: { port },
      },
      { logger: createLogger({ level: "silent" }) },
    );
    onTestFinished(() => gateway.close());

    const error = await gateway.listen().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).issues).toEqual([
      { path: "gateway.port", found: `${port}, on which another process listens`, wanted: "a free port; 0 takes any" },
    ]);
  });
});

describe("readiness", () => {
  it("names a model that is exhausted, and stays", async () => {
    const { post, upstream, url } = await openGateway({ ids: ["primary"] });
    upstream.set(keys.primary, { status: 401, body: { error: { code: "invalid_api_key", message: "no" } } });
    await post(path, chat);

    const ready = await fetch(`${url}/readyz`);

    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: "ready", exhausted: ["chat"] });
  });
});
