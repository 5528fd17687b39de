import { describe, expect, it } from "vitest";
import type { FeedLine } from "../../src/inspect/viewers.ts";
import { ask } from "./admin-server.ts";
import { keys, messages, openGateway } from "./open-gateway.ts";

const adminKey = "admin-planted-0001";
const withKey = { authorization: `Bearer ${adminKey}` };

/** What a feed tells until it has told of a failover. */
async function feedUntilFailover(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(`${url}/inspector/feed`, { headers });
  let text = "";
  for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes('"failover"')) break;
  }
  return text;
}

describe("the gateway's inspector", () => {
  it("shows on this machine what the models do, and no key", async () => {
    const gateway = await openGateway();
    expect((await fetch(`${gateway.url}/inspector`)).headers.get("content-type")).toContain("text/html");
    const told = feedUntilFailover(gateway.url);
    gateway.upstream.set(keys.primary, { status: 401, body: { error: { message: `bad ${keys.primary}` } } });
    await gateway.openai.chat.completions.create({ model: "chat", messages });

    const text = await told;
    const [first = ""] = text.split("\n");
    expect(JSON.parse(first) as FeedLine).toMatchObject({ type: "hello", dropped: 0 });
    for (const key of Object.values(keys)) expect(text).not.toContain(key);
  });

  it("wants the admin key for what the models do, also from this machine, and for itself from another", async () => {
    const { url, port } = await openGateway({ gateway: { admin_key: adminKey } });
    expect((await fetch(`${url}/inspector/feed`)).status).toBe(401);
    expect((await fetch(`${url}/inspector`)).status).toBe(200);
    // What a proxy hands on comes from elsewhere.
    const forwarded = { "x-forwarded-for": "203.0.113.7" };
    const refused = await fetch(`${url}/inspector`, { headers: forwarded });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain("Basic");
    expect((await fetch(`${url}/inspector`, { headers: { ...forwarded, ...withKey } })).status).toBe(200);
    const feed = await fetch(`${url}/inspector/feed`, { headers: withKey });
    expect(feed.status).toBe(200);
    await feed.body?.cancel();
    expect((await ask(port, "/inspector/feed", { headers: { host: "evil.example", ...withKey } })).status).toBe(403);
  });

  it("carries out an operator's word with the admin key only", async () => {
    const { url } = await openGateway({ gateway: { admin_key: adminKey } });
    const disable = `${url}/inspector/models/chat/credentials/primary/disable`;
    expect((await fetch(disable, { method: "POST" })).status).toBe(401);
    expect((await fetch(disable, { method: "POST", headers: withKey })).status).toBe(200);
    const answer = await fetch(`${url}/admin/models/chat`, { headers: withKey });
    expect(await answer.json()).toMatchObject({ active: "second", disabled: ["primary"] });
  });

  it("is not there when it is switched off", async () => {
    const { port } = await openGateway({ gateway: { inspector: false } });
    for (const path of ["/inspector", "/inspector/feed"]) {
      const answer = await ask(port, path);
      expect(answer.status).toBe(404);
      expect(JSON.stringify(answer.body)).toContain("gateway.inspector is off");
    }
  });

  it("does not hold up the gateway's end", async () => {
    const gateway = await openGateway();
    const feed = await fetch(`${gateway.url}/inspector/feed`);
    const ended = feed.text();
    await gateway.close();
    expect(await ended).toContain('"present"');
  });
});
