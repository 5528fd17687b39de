import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { keyswitchHere, start } from "./command-line.ts";
import { runGateway } from "./running-gateway.ts";

const adminKey = "admin-planted-0001";
const upstreamKey = "sk-planted-0001";

const config = (inspector = true): object => ({
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
  gateway: { admin_key: adminKey, inspector },
});

/** Starts `keyswitch inspect`, and returns what it printed first. */
async function inspect(url: string): Promise<{ readonly line: string; readonly end: () => Promise<number | null> }> {
  const child = start(["inspect", "--url", url, "--json"], { env: { KEYSWITCH_ADMIN_KEY: adminKey } });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.stdout === null) throw new Error("it has no output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const end = async (): Promise<number | null> => {
    const ended = once(child, "close");
    child.kill("SIGINT");
    const [code] = (await ended) as [number | null];
    return code;
  };
  return { line, end };
}

describe("keyswitch inspect", () => {
  it("shows a gateway's inspector on this machine, without the admin key in the page, its address or its stream", async () => {
    await using gateway = await runGateway(config());
    const { line, end } = await inspect(gateway.url);
    const { url } = JSON.parse(line) as { url: string };
    const token = new URLSearchParams(new URL(url).hash.slice(1)).get("key") ?? "";
    const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(new URL(path, url), { ...init, headers: { authorization: `Bearer ${token}` } });

    expect(await (await ask("/")).text()).toContain("page.js");
    const feed = await ask("/feed");
    expect(feed.headers.get("x-keyswitch-read-only")).toBe("1");
    let text = "";
    for await (const piece of feed.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      if (text.includes('"present"')) break;
    }
    expect(text).toContain('"primary"');
    expect(`${line}${text}`).not.toContain(adminKey);
    expect(text).not.toContain(upstreamKey);
    expect((await fetch(new URL("/feed", url))).status).toBe(401);
    expect((await ask("/models/chat/credentials/primary/disable", { method: "POST" })).status).toBe(403);
    expect(await end()).toBe(0);
  });

  it("says what is wrong where nothing can be shown", async () => {
    await using gateway = await runGateway(config(false));
    vi.stubEnv("KEYSWITCH_ADMIN_KEY", adminKey);
    onTestFinished(() => void vi.unstubAllEnvs());
    const off = await keyswitchHere(["inspect", "--url", gateway.url]);
    expect(off.stderr).toContain("gateway.inspector is off");
    expect(off.code).toBe(1);
    const nobody = await keyswitchHere(["inspect", "--url", "http://127.0.0.1:9"]);
    expect(nobody.stderr).toContain("nothing answers at http://127.0.0.1:9");
    expect(nobody.code).toBe(1);
    const port = await keyswitchHere(["inspect", "--port", "x"]);
    expect(port.stderr).toContain("--port");
    expect(port.code).toBe(2);
  });
});
