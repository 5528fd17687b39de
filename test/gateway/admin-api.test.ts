import { describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { ask, serveAdmin } from "./admin-server.ts";

const plantedKey = "sk-planted-0123456789abcdef";
const adminKey = Secret.of("admin-planted-0123456789");

const config = {
  models: {
    chat: {
      model: "gpt-4o-mini",
      credentials: [
        { id: "primary", provider: "openai", api_key: plantedKey, extra_headers: { "x-team": plantedKey } },
        { id: "spare", provider: "deepseek", model: "deepseek-chat", api_key: plantedKey },
      ],
    },
    "org/chat": { model: "m", credentials: [{ id: "only", provider: "openai", api_key: plantedKey }] },
  },
};

describe("the admin API", () => {
  it("shows how every model stands and whom its credentials reach, without a key", async () => {
    await using server = await serveAdmin(config);

    const { status, body, headers } = await ask(server.port, "/admin/models");

    expect(status).toBe(200);
    expect(body).toMatchObject({
      models: [
        {
          model: "chat",
          kind: "chat",
          state: "s0.serving",
          active: "primary",
          credentials: ["primary", "spare"],
          upstreams: {
            primary: { provider: "openai", model: "gpt-4o-mini" },
            spare: { provider: "deepseek", model: "deepseek-chat" },
          },
        },
        { model: "org/chat", active: "only" },
      ],
    });
    expect(headers["cache-control"]).toBe("no-store");
    expect(JSON.stringify(body)).not.toContain("planted");
  });

  it.each(["/admin/models/chat", "/admin/models/org/chat", "/admin/models/org%2Fchat"])(
    "shows one model at %s",
    async (path) => {
      await using server = await serveAdmin(config);

      const { status, body } = await ask(server.port, path);

      expect([status, body]).toEqual([200, expect.objectContaining({ kind: "chat", disabled: [] })]);
    },
  );

  it("takes a credential out and puts it back, as often as it is told, and answers with the new state", async () => {
    await using server = await serveAdmin(config);
    const post = (path: string) => ask(server.port, path, { method: "POST" });

    const out = await post("/admin/models/chat/credentials/primary/disable");
    const outAgain = await post("/admin/models/chat/credentials/primary/disable");
    const back = await post("/admin/models/chat/credentials/primary/enable");

    expect(out).toMatchObject({ status: 200, body: { active: "spare", disabled: ["primary"] } });
    expect(outAgain).toMatchObject({ status: 200, body: out.body as object });
    expect(back).toMatchObject({ status: 200, body: { active: "spare", disabled: [] } });
  });

  it("tries a better credential now, and forgets what it knows, when it is told to", async () => {
    await using server = await serveAdmin(config);
    const post = (path: string) => ask(server.port, path, { method: "POST" });
    await post("/admin/models/chat/credentials/primary/disable");
    await post("/admin/models/chat/credentials/primary/enable");

    const failback = await post("/admin/models/chat/failback");
    const reset = await post("/admin/models/chat/reset");

    expect(failback).toMatchObject({ status: 200, body: { active: "spare", probing: "primary" } });
    expect(reset).toMatchObject({ status: 200, body: { active: "primary", probing: null } });
    expect(server.models.get("org/chat")?.face.snapshot().epoch).toBe(0);
  });

  it.each([
    ["GET", "/admin/models/chta", 404, "unknown_model"],
    ["POST", "/admin/models/chta/reset", 404, "unknown_model"],
    ["POST", "/admin/models/chta/credentials/primary/enable", 404, "unknown_model"],
    ["POST", "/admin/models/chat/credentials/primray/disable", 404, "unknown_credential"],
    ["GET", "/admin/events?model=chta", 404, "unknown_model"],
    ["GET", "/admin/model", 404, "not_found"],
    ["GET", "/admin/%E0%A4%A", 404, "not_found"],
    ["GET", "/admin/models/chat/reset", 405, "method_not_allowed"],
    ["DELETE", "/admin/models/chat", 405, "method_not_allowed"],
    ["POST", "/admin/models", 405, "method_not_allowed"],
  ])("answers %s %s with %i and the code %s", async (method, path, status, code) => {
    await using server = await serveAdmin(config);

    const answer = await ask(server.port, path, { method });

    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
  });

  it("names what there is where it was asked for what there is not", async () => {
    await using server = await serveAdmin(config);

    const [model, credential] = await Promise.all([
      ask(server.port, "/admin/models/chta"),
      ask(server.port, "/admin/models/chat/credentials/primray/enable", { method: "POST" }),
    ]);

    expect(model.body).toMatchObject({ error: { known: ["chat", "org/chat"] } });
    expect(credential.body).toMatchObject({ error: { known: ["primary", "spare"] } });
  });

  it("refuses to reset or fail back a model that has every credential disabled", async () => {
    await using server = await serveAdmin(config);
    await ask(server.port, "/admin/models/org/chat/credentials/only/disable", { method: "POST" });

    const answer = await ask(server.port, "/admin/models/org/chat/failback", { method: "POST" });

    expect(answer).toMatchObject({ status: 409, body: { error: { code: "all_disabled" } } });
  });

  it("refuses a word on a model that is closed", async () => {
    await using server = await serveAdmin(config);
    await server.models.get("chat")?.face.close();

    const answer = await ask(server.port, "/admin/models/chat/reset", { method: "POST" });

    expect(answer).toMatchObject({ status: 409, body: { error: { code: "model_closed" } } });
  });
});

describe("the admin API's lock", () => {
  const locked = { lock: { adminKey, hostNames: ["gateway.example"] } };
  const basic = Buffer.from(`admin:${adminKey.reveal()}`).toString("base64");

  it.each([
    ["a bearer token", { authorization: `Bearer ${adminKey.reveal()}` }],
    ["a browser's password", { authorization: `Basic ${basic}` }],
    ["the header of its own", { authorization: "Bearer of-another", "x-keyswitch-admin-key": adminKey.reveal() }],
  ])("opens to the admin key as %s", async (_, headers) => {
    await using server = await serveAdmin(config, locked);

    const { status } = await ask(server.port, "/admin/models", { headers });

    expect(status).toBe(200);
  });

  it.each([
    ["no key", {}],
    ["a wrong key", { authorization: "Bearer admin-wrong" }],
    ["the beginning of the key", { authorization: `Bearer ${adminKey.reveal().slice(0, -1)}` }],
    ["a scheme alone", { authorization: "Bearer" }],
    ["a password that is wrong", { authorization: `Basic ${Buffer.from("admin:x").toString("base64")}` }],
    ["text that is no password", { authorization: "Basic !!!" }],
  ])("stays shut to %s, on loopback too", async (_, headers) => {
    await using server = await serveAdmin(config, locked);

    const answer = await ask(server.port, "/admin/models", { headers });

    expect(answer).toMatchObject({ status: 401, body: { error: { code: "admin_key_wrong" } } });
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
    expect(JSON.stringify(answer)).not.toContain("planted");
  });

  it.each([
    ["a name that a page has pointed here", { host: "evil.example" }, "host_not_allowed"],
    ["a name that only begins as ours", { host: "localhost.evil.example:80" }, "host_not_allowed"],
    ["no name at all", { host: ":80" }, "host_not_allowed"],
    ["a page of another site", { host: "localhost", origin: "https://evil.example" }, "origin_not_allowed"],
    ["a page of another port", { host: "localhost:8787", origin: "http://localhost:3000" }, "origin_not_allowed"],
    ["a page without an origin", { host: "localhost", origin: "null" }, "origin_not_allowed"],
    ["a form of another site", { host: "localhost", "sec-fetch-site": "cross-site" }, "origin_not_allowed"],
  ])("stays shut to %s, with the key too", async (_, headers, code) => {
    await using server = await serveAdmin(config, locked);

    const answer = await ask(server.port, "/admin/models/chat/reset", {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${adminKey.reveal()}` },
    });

    expect(answer).toMatchObject({ status: 403, body: { error: { code } } });
    expect(server.models.get("chat")?.face.snapshot().epoch).toBe(0);
  });

  it.each(["/admin/events", "/admin/models"])(
    "gives a page of another site no place at %s, though it names none",
    async (path) => {
      await using server = await serveAdmin(config);

      const answer = await ask(server.port, path, { headers: { host: "localhost", "sec-fetch-site": "cross-site" } });

      expect(answer).toMatchObject({ status: 403, body: { error: { code: "origin_not_allowed" } } });
    },
  );

  it.each([
    { host: "127.0.0.1:8787", origin: "http://127.0.0.1:8787" },
    { host: "[::1]:8787", origin: "http://[::1]:8787" },
    { host: "gateway.example", origin: "https://gateway.example", "sec-fetch-site": "same-origin" },
    { host: "10.1.2.3:8787" },
  ])("opens to its own page and name: %j", async (headers) => {
    await using server = await serveAdmin(config, locked);

    const answer = await ask(server.port, "/admin/models/chat/reset", {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${adminKey.reveal()}` },
    });

    expect(answer.status).toBe(200);
  });

  it.each([
    ["asked by another name than this machine's", { host: "10.1.2.3:8787" }],
    ["handed on by a proxy", { host: "localhost", "x-forwarded-for": "10.1.2.3" }],
    ["handed on by a proxy of today", { host: "localhost", forwarded: "for=10.1.2.3" }],
  ])("without an admin key, stays shut to what was %s", async (_, headers) => {
    await using server = await serveAdmin(config);

    const answer = await ask(server.port, "/admin/models", { headers });

    expect(answer).toMatchObject({ status: 403, body: { error: { code: "admin_key_needed" } } });
  });
});
