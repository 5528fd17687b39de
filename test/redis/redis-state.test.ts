import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { redisState } from "../../src/redis/index.ts";
import { loadIoredis } from "../../src/state/redis/load-ioredis.ts";

describe("redisState", () => {
  it("is the state of a configuration", () => {
    const state = redisState({ url: "redis://127.0.0.1:6379", namespace: "shop" });

    const config = parseConfig({ models: { chat: { api: "any", credentials: [{ id: "a", api_key: "k" }] } }, state });

    expect(config.state).toMatchObject({ kind: "redis", url: "redis://127.0.0.1:6379", namespace: "shop" });
  });

  it("says how to install ioredis where it is missing", () => {
    const missing = (): never => {
      throw Object.assign(new Error("Cannot find module 'ioredis'"), { code: "MODULE_NOT_FOUND" });
    };

    expect(() => loadIoredis(missing)).toThrow(/state\.kind.*without the package ioredis.*npm install ioredis@6/s);
  });
});
