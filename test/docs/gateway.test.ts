import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider, type FakeProvider, failures } from "../../src/testing/index.ts";

const page = readFileSync(new URL("../../docs/gateway.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| (.+) \|$/gm)].map(([, cells = ""]) => cells.split("|").map((cell) => cell.trim()));
const documented = "http://127.0.0.1:8787";
const appKey = "app-planted-0123456789";
const adminKey = "admin-planted-0123456789";

let upstream: FakeProvider;
let gateway: Gateway;
let url: string;

beforeAll(async () => {
  upstream = await createFakeProvider({ labels: { "sk-1": "primary", "sk-2": "spare" } });
  const model = (api: "openai" | "anthropic" | "gemini") => ({
    api,
    model: "m",
    credentials: [
      { id: "primary", provider: "custom", api_base: baseFor(api), api_key: "sk-1" },
      { id: "spare", provider: "custom", api_base: baseFor(api), api_key: "sk-2" },
    ],
  });
  gateway = createGateway(
    {
      models: { chat: model("openai"), claude: model("anthropic"), flash: model("gemini") },
      gateway: { port: 0, keys: [{ id: "app", key: appKey }], admin_key: adminKey },
    },
    { logger: createLogger({ level: "silent" }) },
  );
  ({ url } = await gateway.listen());
});
beforeEach(async () => {
  upstream.reset();
  await fetch(`${url}/admin/models/chat/reset`, { method: "POST", headers: { authorization: `Bearer ${adminKey}` } });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const baseFor = (api: string): string => (api === "openai" ? upstream.baseURL : upstream.url);

function post(address: string, model: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(address.replace(documented, url), {
    method: "POST",
    headers: { authorization: `Bearer ${appKey}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ model, max_tokens: 5, messages: [], contents: [] }),
  });
}

/** What each dialect's SDK puts behind its base URL, and a model that speaks it. */
const asked: Readonly<Record<string, readonly [path: string, model: string]>> = {
  openai: ["/chat/completions", "chat"],
  anthropic: ["/v1/messages", "claude"],
  gemini: ["/v1beta/models/flash:generateContent", "flash"],
};

describe("docs/gateway.md", () => {
  it("names the base URL under which each kind of client is answered", async () => {
    const clients = rows.flatMap(([, base = "", api = ""]) => {
      const [path, model] = asked[api.replaceAll("`", "")] ?? [];
      return path !== undefined && model !== undefined && base.includes(documented)
        ? [{ address: `${base.replaceAll("`", "")}${path}`, model }]
        : [];
    });

    expect(clients).toHaveLength(3);
    for (const { address, model } of clients) expect((await post(address, model)).status).toBe(200);
  });

  it("has a request for curl that works", async () => {
    const [, address = "", headers = "", body = ""] = /^curl (\S+)((?: -H "[^"]+")+) -d '(.+)'$/m.exec(page) ?? [];
    const named = [...headers.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name = "", value = ""]) => [
      name,
      value.replace("$APP_KEY", appKey),
    ]);

    const answer = await fetch(address.replace(documented, url), {
      method: "POST",
      headers: Object.fromEntries(named) as Record<string, string>,
      body,
    });

    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "Answered by primary." } }] });
  });

  it("lists paths that are there", async () => {
    const paths = rows
      .filter(([api = ""]) => ["`openai`", "`anthropic`", "`gemini`"].includes(api))
      .flatMap(([, cell = ""]) => [...cell.matchAll(/`(GET )?(\/[^`]+)`/g)]);

    expect(paths.length).toBeGreaterThan(9);
    for (const [, method = "POST", path = ""] of paths) {
      const there = path.replace("{model}", "flash").replace("…", "speech");
      const answer = await fetch(`${url}${there}`, {
        method: method.trim(),
        headers: { authorization: `Bearer ${appKey}` },
      });
      expect([there, answer.status === 404 || answer.status === 405]).toEqual([there, false]);
    }
  });

  it("lists the headers that answers really have", async () => {
    const listed = [...page.matchAll(/^\| `([a-z-]+)[:`].*\|$/gm)].map(([, name]) => name);
    upstream.script("sk-1", failures.openai.invalidKey);

    const answer = await post(`${url}/v1/chat/completions`, "chat", { "x-keyswitch-admin-key": adminKey });

    const had = [...answer.headers.keys()].filter((name) => name.startsWith("x-keyswitch-"));
    expect(had.length).toBe(5);
    expect(listed).toEqual(expect.arrayContaining(had));
    expect(answer.headers.get("x-keyswitch-trail")).toMatch(
      /^primary auth code\.invalid_api_key 401 \d+ms > spare ok$/,
    );
  });

  it("shows what a client gets where every credential failed", async () => {
    upstream.set("sk-1", failures.openai.invalidKey);
    upstream.set("sk-2", failures.openai.insufficientQuota);
    const [, example = ""] = /```json\n([^]*?)```/.exec(page) ?? [];

    const answer = await post(`${url}/v1/chat/completions`, "chat");

    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual(JSON.parse(example));
  });
});
