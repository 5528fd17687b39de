import { describe, expect, it } from "vitest";
import { messages, openGateway } from "./open-gateway.ts";

const path = "/v1/chat/completions";
const appKey = "gw-planted-app-0001";
const authorization = `Bearer ${appKey}`;

describe("a request that the gateway turns away itself", () => {
  it.each<[string, string, unknown, Record<string, string>, string]>([
    ["without a key", path, { model: "chat", messages }, { authorization: "" }, "missing_api_key"],
    ["with a key that nobody has", path, { model: "chat" }, { authorization: "Bearer no" }, "invalid_api_key"],
    ["at a path that is none", "/v1/chat", {}, {}, "not_found"],
    ["for a model that is none", path, { model: "chta" }, {}, "model_not_found"],
    ["for one account's own", "/v1/files", {}, {}, "not_found"],
    ["for vectors that do not fit", "/v1/embeddings", { model: "embed", input: "a", dimensions: 3 }, {}, "dimension"],
  ])("%s has an id that the log knows, and no credential saw it", async (_, asked, body, headers, code) => {
    const { post, upstream, log } = await openGateway({
      models: { embed: { kind: "embedding", dimension: 8 } },
      gateway: { keys: [{ id: "app", key: appKey }] },
    });

    const answer = await post(asked, body, { headers: { authorization, ...headers } });

    const { error } = (await answer.json()) as { error: { code: string } };
    expect(error.code).toContain(code);
    const call = answer.headers.get("x-keyswitch-call-id") ?? "";
    expect(call).toMatch(/^\S+$/);
    expect(answer.headers.get("x-keyswitch-attempts")).toBe("0");
    expect(answer.headers.has("x-keyswitch-credential")).toBe(false);
    expect(upstream.requests).toHaveLength(0);
    if (code !== "dimension") expect(log()).toContain(`"event":"refused","call":"${call}"`);
    expect(log()).not.toContain("planted");
  });

  it("never has the id of another", async () => {
    const { url } = await openGateway();

    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/nowhere`)));

    expect(new Set(answers.map(({ headers }) => headers.get("x-keyswitch-call-id"))).size).toBe(5);
  });
});
