import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModel, type Model } from "../../src/index.ts";
import { createInspector, createReceiverBridge, type InspectorOptions } from "../../src/inspect/index.ts";
import type { FeedLine } from "../../src/inspect/viewers.ts";
import { call, modelOf, plantedKey } from "./models.ts";

const key = "inspector-key-planted-1";

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Opened {
  readonly origin: string;
  readonly ask: (path: string, init?: Asked) => Promise<Response>;
  readonly model: Model;
}

async function open(options: Partial<InspectorOptions> = {}): Promise<Opened> {
  const model = modelOf(["primary", "spare"]);
  const inspector = createInspector({ models: [model], key, ...options });
  onTestFinished(async () => {
    await inspector.close();
    await model.close();
  });
  const { origin } = new URL((await inspector.listen()).url);
  const ask = (path: string, { headers, ...init }: Asked = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...headers } });
  return { origin, ask, model };
}

/** Asks with headers that `fetch` would not let one set. */
async function askAs(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<{ readonly status: number | undefined; readonly headers: NodeJS.Dict<string | string[]> }> {
  const { port } = new URL(origin);
  const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.destroy();
  return { status: answer.statusCode, headers: answer.headers };
}

/** Reads lines of the feed until one is as wanted. */
async function linesUntil(answer: Response, isLast: (line: FeedLine) => boolean): Promise<readonly FeedLine[]> {
  const lines: FeedLine[] = [];
  let rest = "";
  for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = `${rest}${piece}`.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = JSON.parse(part) as FeedLine;
      lines.push(line);
      if (isLast(line)) return lines;
    }
  }
  return lines;
}

describe("the inspector's page", () => {
  it("may run its own files and talk to its own origin, and nothing else", async () => {
    const { ask } = await open();
    const answer = await ask("/");
    const policy = answer.headers.get("content-security-policy") ?? "";

    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|data:|https?:|\*/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(text).not.toMatch(/<style|style=|<script(?! type="module" src="[\w./]+"><\/script>)|\son\w+=|https?:/);
  });

  it("finds its files wherever it is mounted", async () => {
    const model = modelOf(["primary"]);
    const inspector = createInspector({ models: [model], path: "/ops/inspector" });
    onTestFinished(() => inspector.close());
    const { createServer } = await import("node:http");
    const server = createServer(inspector.handle).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    for (const place of ["/ops/inspector", "/ops/inspector/"]) {
      const url = `http://127.0.0.1:${port}${place}`;
      const document = await (await fetch(url)).text();
      const script = new URL(/src="([^"]+)"/.exec(document)?.[1] ?? "", url);
      expect(script.pathname).toBe("/ops/inspector/page.js");
    }
    expect((await fetch(`http://127.0.0.1:${port}/elsewhere`)).status).toBe(404);
  });

  it("shows itself on this machine without a key, and nothing of the models", async () => {
    const { origin } = await open();
    expect((await fetch(`${origin}/`)).status).toBe(200);
    for (const path of ["/feed", "/chart?credentials=a"]) {
      const answer = await fetch(`${origin}${path}`);
      expect(answer.status).toBe(401);
      // A browser must not ask for it: the page does.
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  });
});

describe("who may look at the inspector", () => {
  const rebinding = { host: "evil.example:80", authorization: `Bearer ${key}` };

  it.each(["/", "/page.js", "/feed", "/chart"])(
    "does not answer a name that was made to lead here: %s",
    async (path) => {
      const { origin } = await open();
      expect((await askAs(origin, path, rebinding)).status).toBe(403);
    },
  );

  it.each(["/", "/feed", "/chart"])("does not answer a page of another origin: %s", async (path) => {
    const { origin } = await open();
    const { host } = new URL(origin);
    const headers = { host, origin: "http://evil.example", authorization: `Bearer ${key}` };
    const answer = await askAs(origin, path, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("gives no place to an image or a script of another site's page, which name no origin", async () => {
    const { origin } = await open();
    const { host } = new URL(origin);
    const headers = { host, authorization: `Bearer ${key}`, "sec-fetch-site": "cross-site" };
    expect((await askAs(origin, "/feed", headers)).status).toBe(403);
    expect((await askAs(origin, "/feed", { ...headers, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("answers a wrong key as none, and takes none from an address", async () => {
    const { origin, ask } = await open();
    expect((await ask("/feed", { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await fetch(`${origin}/feed?key=${key}`)).status).toBe(401);
  });

  it("makes a key of its own where it is given none, and tells it in the part of the address that is never sent", async () => {
    const model = modelOf(["primary"]);
    const inspector = createInspector({ models: [model] });
    onTestFinished(() => inspector.close());
    const url = new URL((await inspector.listen()).url);
    const token = new URLSearchParams(url.hash.slice(1)).get("key") ?? "";

    expect(token.length).toBeGreaterThanOrEqual(32);
    expect((await fetch(new URL("/feed", url))).status).toBe(401);
    const answer = await fetch(new URL("/feed", url), { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  });
});

describe("the inspector's stream", () => {
  it("tells what was, how all stands, and then what happens", async () => {
    const { ask, model } = await open();
    await call(model, { primary: 401 });
    const answer = await ask("/feed");
    const before = linesUntil(answer, (line) => line.type === "entries");
    setTimeout(() => void call(model), 100);
    const lines = await before;

    const types = lines.map(({ type }) => type).filter((type) => type !== "traffic");
    expect(types).toEqual(["hello", "history", "present", "entries"]);
    expect(JSON.stringify(lines[1])).toContain('"failover"');
    expect(lines[2]).toMatchObject({ models: [{ model: "chat", state: { active: "spare" } }] });
    expect(lines.at(-1)).toMatchObject({ dropped: 0, entries: [{ type: "call", credential: "spare" }] });
  });

  it("holds no key, neither the models' nor its own", async () => {
    const { ask, model } = await open();
    await call(model, { primary: 401 });
    await expect(call(model, { primary: 401, spare: 401 })).rejects.toThrow();
    const lines = await linesUntil(await ask("/feed"), (line) => line.type === "traffic");
    const all = JSON.stringify(lines);
    expect(all).toContain("failover");
    expect(all).not.toContain(plantedKey);
    expect(all).not.toContain(key);
  });

  it("counts the calls that are more than anyone reads, and tells every move", async () => {
    const { ask, model } = await open();
    const answer = await ask("/feed");
    const isOver = (line: FeedLine): boolean => line.type === "entries" && line.dropped > 0;
    const lines = linesUntil(answer, isOver);
    const many = Array.from({ length: 2_000 }, () => call(model));
    await Promise.all([...many, call(model, { primary: 401 })]);

    const entries = (await lines).flatMap((line) => (line.type === "entries" ? [line] : []));
    const told = entries.flatMap((line) => line.entries);
    const dropped = entries.reduce((sum, line) => sum + line.dropped, 0);
    expect(dropped).toBeGreaterThan(0);
    expect(told.filter(({ type }) => type === "call").length + dropped).toBe(2_001);
    expect(told.map(({ type }) => type)).toContain("failover");
  });

  it("tells one who does not read how many it missed, and then how all stands, instead of keeping it", async () => {
    const { origin, model } = await open();
    const { port } = new URL(origin);
    const socket = connect({ host: "127.0.0.1", port: Number(port) });
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /feed HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\n\r\n`);
    await once(socket, "readable");
    // More than what the sockets between them hold.
    for (let batch = 0; batch < 90; batch += 1) {
      await Promise.all(Array.from({ length: 500 }, () => call(model)));
      await new Promise((resolve) => setTimeout(resolve, 45));
    }
    let text = "";
    for await (const piece of socket.setEncoding("utf8")) {
      text += String(piece);
      if (/"type":"dropped","dropped":\d+[^]*"type":"present"/.test(text)) break;
    }
    expect(Number(/"type":"dropped","dropped":(\d+)/.exec(text)?.[1])).toBeGreaterThan(0);
  });

  it("says that there is no room rather than to slow down all", async () => {
    const { ask } = await open();
    const answers = await Promise.all(Array.from({ length: 33 }, () => ask("/feed")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(32);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(1);
    for (const { body } of answers) await body?.cancel();
  });
});

describe("the inspector's drawings", () => {
  const policy = "strategy=stepwise&timeoutMs=600000&requests=50&growth=2&maxCooldownMs=3600000&minIntervalMs=5000";
  const shape = `${policy}&respectRetryAfter=true&maxMs=86400000`;

  it("draws a model's states and transitions, without anything that a page would run", async () => {
    const { ask } = await open();
    const answer = await ask(`/chart?credentials=primary,spare&${shape}`);
    expect(answer.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    const svg = await answer.text();
    expect(svg).toContain('id="s0.serving"');
    expect(svg).toContain('id="s0.serving to s1.serving"');
    expect(svg).not.toMatch(/<style|<script|\sstyle=/);
  });

  it.each([
    "",
    "credentials=a",
    `credentials=%3Cscript%3E&${shape}`,
    `credentials=a,,b&${shape}`,
    `credentials=a&${shape.replace("stepwise", "other")}`,
  ])("refuses what is no shape of a model: %s", async (query) => {
    const { ask } = await open();
    expect((await ask(`/chart?${query}`)).status).toBe(400);
  });
});

describe("an operator's word at the inspector", () => {
  it("is carried out with the key, where the service allows it", async () => {
    const { ask, model, origin } = await open({ operations: true });
    const disable = "/models/chat/credentials/primary/disable";
    expect((await fetch(`${origin}${disable}`, { method: "POST" })).status).toBe(401);
    expect(model.active()).toBe("primary");
    expect((await ask(disable, { method: "POST" })).status).toBe(200);
    expect(model.active()).toBe("spare");
    expect((await ask("/models/chat/credentials/none/disable", { method: "POST" })).status).toBe(404);
    expect((await ask("/models/chat/dance", { method: "POST" })).status).toBe(404);
    expect((await ask("/models/chat/reset", { method: "PUT" })).status).toBe(405);
  });

  it("is refused where the service only shows, and the page is told so", async () => {
    const { ask, model } = await open();
    expect((await ask("/models/chat/credentials/primary/disable", { method: "POST" })).status).toBe(403);
    expect(model.active()).toBe("primary");
    const feed = await ask("/feed");
    expect(feed.headers.get("x-keyswitch-read-only")).toBe("1");
    await feed.body?.cancel();
  });

  it("is refused to a page of another site, whatever it carries", async () => {
    const { origin, model } = await open({ operations: true });
    const { host } = new URL(origin);
    const headers = { host, authorization: `Bearer ${key}`, "sec-fetch-site": "cross-site" };
    expect((await askAs(origin, "/models/chat/credentials/primary/disable", headers, "POST")).status).toBe(403);
    expect(model.active()).toBe("primary");
  });
});

describe("the inspector's files", () => {
  it("are sent compressed to who takes that", async () => {
    const { origin } = await open();
    const answer = await askAs(origin, "/page.js", { host: new URL(origin).host, "accept-encoding": "gzip" });
    if (answer.status === 503) throw new Error("The page is not built: npm run build:inspector");
    expect(answer.headers["content-encoding"]).toBe("gzip");
    const whole = await fetch(`${origin}/page.js`, { headers: { "accept-encoding": "identity" } });
    expect(whole.headers.get("content-encoding")).toBeNull();
    expect(await whole.text()).toContain("keyswitch");
  });

  it("refuses a path that none of us would mount at", () => {
    expect(() => createInspector({ models: [], path: "inspector/" })).toThrow("path");
  });

  it.each([
    ["a model that is in no list", () => createModel({ api: "any", credentials: [{ id: "a" }] })],
    ["the names of models", () => ["chat"]],
    ["nothing", () => undefined],
  ])("wants models, and not %s", (_, models) => {
    const wanted = /models: found .+, wanted what createKeyswitch returned, or a list of models/;

    expect(() => createInspector({ models: models() as never })).toThrow(wanted);
    expect(() => createReceiverBridge({ models: models() as never })).toThrow(wanted);
  });
});
