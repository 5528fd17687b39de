import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ModelConfigInput } from "../../src/config/index.ts";
import { createGateway, type Gateway } from "../../src/gateway/index.ts";
import { createInspector } from "../../src/inspect/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import { createFakeProvider, failures, type FakeProvider } from "../../src/testing/fake-provider/index.ts";
import { start } from "../cli/command-line.ts";
import { call, failure, modelOf } from "../inspect/models.ts";
import { type Browser, startBrowser, type WatchedPage } from "./browser.ts";

const ids = ["primary", "second", "third"] as const;
const keyOf = (id: string): string => `sk-planted-${id}`;
const adminKey = "admin-planted-key-1";

let browser: Browser;
let upstream: FakeProvider;
beforeAll(async () => {
  browser = await startBrowser();
  upstream = await createFakeProvider({ labels: Object.fromEntries(ids.map((id) => [keyOf(id), id])) });
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await upstream?.close();
});

interface Setting {
  readonly port?: number;
  readonly names?: readonly string[];
  readonly failback?: ModelConfigInput["failback"];
  readonly adminKey?: string;
}

interface RunningGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly port: number;
}

/** A gateway in front of the scripted upstream, all of whose keys are well. */
async function startGateway(setting: Setting = {}): Promise<RunningGateway> {
  const { port = 0, names = ["chat"], failback, ...rest } = setting;
  for (const id of ids) upstream.set(keyOf(id), "healthy");
  const model: ModelConfigInput = {
    model: "m",
    retry: { max_retries: 1, base_delay: "30ms" },
    failback,
    credentials: ids.map((id) => ({ id, provider: "custom", api_base: upstream.baseURL, api_key: keyOf(id) })),
  };
  const gateway = createGateway(
    {
      models: Object.fromEntries(names.map((name) => [name, model])),
      gateway: { port, admin_key: rest.adminKey },
    },
    { logger: createLogger({ level: "silent" }) },
  );
  onTestFinished(() => gateway.close());
  return { gateway, ...(await gateway.listen()) };
}

async function ask({ url }: RunningGateway, model = "chat"): Promise<number> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Who answers?" }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Opens the inspector, and closes its page when the test is over: nothing may have gone wrong on it. */
async function look(url: string): Promise<Page> {
  const watched: WatchedPage = await browser.open(url);
  onTestFinished(async () => {
    await watched.page.close();
    expect(watched.faults).toEqual([]);
  });
  return watched.page;
}

/** A state of the chart. */
const node = (id: string): string => `.drawing .state[data-id="${id}"]`;
const edge = (from: string, to: string): string => `.drawing .edge[data-id="${from} to ${to}"]`;

/** Waits until a state looks like that. */
async function untilLooks(page: Page, id: string, look: string): Promise<void> {
  await page.waitForSelector(`${node(id)}.${look}`);
}

const patience = { timeout: 20_000 } as const;

const deadKey = failures.openai.invalidKey;

describe("the inspector in a browser", () => {
  it("shows the demo's models at the address that the demo prints", async () => {
    const demo = start(["demo", "--json"]);
    onTestFinished(() => void demo.kill());
    if (demo.stdout === null) throw new Error("The demo prints nothing");
    const [line] = (await once(createInterface(demo.stdout), "line")) as [string];
    const page = await look((JSON.parse(line) as { url: string }).url);
    for (const model of ["gpt", "deepseek", "claude"]) await page.waitForSelector(`.card[data-model="${model}"]`);
    await page.waitForSelector(".rows li");
  });

  it("follows a key that dies: the chart, the transition with its cause and count, the story, the trail", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector#model=chat`);
    await untilLooks(page, "s0.serving", "home");

    upstream.set(keyOf("primary"), deadKey);
    const flashes = page.waitForSelector(`${edge("s0.serving", "s1.serving")}.taken`);
    expect(await ask(gateway)).toBe(200);
    await flashes;
    await untilLooks(page, "s1.serving", "home");
    await untilLooks(page, "s0.serving", "cooling");
    expect(await page.textContent(`${node("s0.serving")} .note`)).toMatch(/^cools (?:10|9) min/);
    expect(await page.textContent(`${edge("s0.serving", "s1.serving")} .count`)).toBe("×1");
    expect(await page.textContent("#last-turning")).toMatch(
      /^failover primary → second.*auth · \S*(401|invalid_api_key)/,
    );

    await page.click(".rows .call .trail");
    const attempts = await page.locator(".attempts .attempt .who").allTextContents();
    expect(attempts[0]).toMatch(/^primary.*auth · 401/);
    expect(attempts[1]).toMatch(/^second.*ok/);
  });

  it("tells of one credential, of one error class, and of all calls when it is asked to", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector#model=chat`);
    upstream.script(keyOf("primary"), deadKey);
    await ask(gateway);
    await ask(gateway);
    const calls = page.locator(".rows .call");
    await calls.first().waitFor();
    expect(await calls.count()).toBe(1);
    await page.selectOption('select[aria-label="What is told"]', "all");
    await expect.poll(() => calls.count(), patience).toBe(2);
    await page.selectOption("#filter-credential", "primary");
    await expect.poll(() => calls.count(), patience).toBe(1);
    await page.selectOption("#filter-class", "transient");
    await page.getByText("Nothing happened").waitFor();
    await page.selectOption("#filter-class", "auth");
    await page.waitForSelector('.rows [data-type="failover"]');
    await page.locator(".lanes-drawing .attempt.bad").first().click();
    expect(await page.textContent(".verdict")).toMatch(/^served by second in/);
  });

  it("shows a probe half-lit, and the failback that it leads to", async () => {
    const gateway = await startGateway({ failback: { timeout: "1s", requests: 0 } });
    const page = await look(`${gateway.url}/inspector#model=chat`);
    await untilLooks(page, "s0.serving", "home");
    upstream.script(keyOf("primary"), deadKey);
    await ask(gateway);
    await untilLooks(page, "s0.probing", "probed");
    await untilLooks(page, "s1.serving", "home");
    expect(await page.textContent("#health")).toContain("probing");

    await ask(gateway);
    await untilLooks(page, "s0.serving", "home");
    expect(await page.textContent("#last-turning")).toContain("failback second → primary");
  });

  it("shows a chain that is down, in the overview and in the chart", async () => {
    const gateway = await startGateway({ names: ["chat", "other"] });
    const page = await look(`${gateway.url}/inspector`);
    for (const id of ids) upstream.set(keyOf(id), deadKey);
    expect(await ask(gateway)).toBe(503);
    await page.waitForSelector('.card[data-model="chat"][data-health="exhausted"]');
    await page.waitForSelector('.card[data-model="other"][data-health="well"]');

    await page.click(".chip.bad");
    await page.waitForSelector('.card[data-model="other"]', { state: "detached" });
    await page.click('.card[data-model="chat"]');
    await untilLooks(page, "exhausted", "home");
  });

  it("asks for the admin key, keeps it out of every address, and lets its holder disable and enable", async () => {
    const gateway = await startGateway({ adminKey });
    const page = await look(`${gateway.url}/inspector#model=chat`);
    await page.fill("#key", "not the key");
    await page.press("#key", "Enter");
    await page.getByText("That was not it").waitFor();
    await page.fill("#key", adminKey);
    await page.press("#key", "Enter");
    await untilLooks(page, "s0.serving", "home");

    await page.click('tr[data-credential="primary"] .act button');
    expect(await page.textContent("dialog h2")).toBe("Disable: primary of chat");
    await page.click("dialog .quiet");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.waitForSelector('tr[data-credential="primary"][data-standing="home"]');

    await page.click('tr[data-credential="primary"] .act button');
    await page.click("#confirm");
    await untilLooks(page, "s0.serving", "disabled");
    await untilLooks(page, "s1.serving", "home");
    await page.click('tr[data-credential="primary"] .act button');
    await page.click("#confirm");
    await page.waitForSelector('tr[data-credential="primary"][data-standing="ready"]');
    await page.getByRole("button", { name: "Reset" }).click();
    await page.click("#confirm");
    await untilLooks(page, "s0.serving", "home");

    const kept = await page.evaluate<string>(
      "JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])",
    );
    expect(kept).not.toContain(adminKey);
    const gone = await page.reload();
    expect(gone?.ok()).toBe(true);
    await page.waitForSelector("#key");
  });

  it("goes back in time with the keyboard, shows how it stood, and comes back to now", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector#model=chat`);
    await untilLooks(page, "s0.serving", "home");
    upstream.set(keyOf("primary"), deadKey);
    await ask(gateway);
    await untilLooks(page, "s1.serving", "home");
    await new Promise((resolve) => setTimeout(resolve, 50));
    upstream.set(keyOf("second"), deadKey);
    await ask(gateway);
    await untilLooks(page, "s2.serving", "home");

    await page.keyboard.press("ArrowLeft");
    await page.waitForSelector("#moment");
    await page.keyboard.press("ArrowLeft");
    await untilLooks(page, "s1.serving", "home");
    expect(await page.locator(`${edge("s1.serving", "s2.serving")} .count`).textContent()).toBe("");
    // Nobody acts on how it was.
    expect(await page.locator(".act button").count()).toBe(0);
    await page.fill("#scrubber", await page.getAttribute("#scrubber", "min").then((least) => least ?? ""));
    await untilLooks(page, "s0.serving", "home");
    await page.keyboard.press("l");
    await untilLooks(page, "s2.serving", "home");
    expect(await page.locator("#moment").count()).toBe(0);
  });

  it("exports what it knows as JSON lines, and replays a file that it is given", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector#model=chat`);
    await untilLooks(page, "s0.serving", "home");
    upstream.set(keyOf("primary"), deadKey);
    await ask(gateway);
    await untilLooks(page, "s1.serving", "home");
    const saving = page.waitForEvent("download");
    await page.click("#export");
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/^keyswitch-[\d-]+\.jsonl$/);
    const file = await saved.path();
    const text = await readFile(file, "utf8");
    expect(text).toContain('"failover"');
    expect(text).not.toMatch(/sk-planted/);

    const other = await startGateway({ names: ["another"] });
    const elsewhere = await look(`${other.url}/inspector`);
    await elsewhere.waitForSelector('.card[data-model="another"]');
    await elsewhere.setInputFiles("#import", {
      name: "night.jsonl",
      mimeType: "text/plain",
      buffer: Buffer.from(text),
    });
    await elsewhere.click('.card[data-model="chat"]');
    await untilLooks(elsewhere, "s1.serving", "home");
    await elsewhere.click("#play");
    await elsewhere.waitForSelector(`${edge("s0.serving", "s1.serving")}.taken`);
    await elsewhere.click("#close-recording");
    await elsewhere.keyboard.press("Escape");
    await elsewhere.waitForSelector('.card[data-model="another"]');
  });

  it("says what is wrong with a file that is no recording, and stays as it is", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector`);
    await page.waitForSelector('.card[data-model="chat"]');
    const buffer = Buffer.from('{"keyswitch":"recording","version":1}\n{"type":"state"}\n');
    await page.setInputFiles("#import", { name: "x.jsonl", mimeType: "text/plain", buffer });
    expect(await page.textContent("#fault")).toContain("Line 2 tells of nothing that is known here");
    expect(await page.locator('.card[data-model="chat"]').count()).toBe(1);
  });

  it("says that it is disconnected, and comes back by itself after a restart", async () => {
    const first = await startGateway();
    const page = await look(`${first.url}/inspector#model=chat`);
    upstream.set(keyOf("primary"), deadKey);
    await ask(first);
    await untilLooks(page, "s1.serving", "home");
    await first.gateway.close();
    await page.getByText("disconnected").waitFor();

    await startGateway({ port: first.port });
    await untilLooks(page, "s0.serving", "home");
    expect(await page.textContent("#connection")).toContain("live");
    // What happened before the restart is still known.
    expect(await page.locator('.rows [data-type="failover"]').count()).toBe(1);
  });

  it("takes no name for more than a text", async () => {
    const evil = `<img src=x onerror="alert(1)">'"&{{7*7}}</script>`;
    const model = modelOf(["a.b", "c-d"], { id: evil });
    const inspector = createInspector({ models: [model] });
    onTestFinished(() => inspector.close());
    const { url } = await inspector.listen();
    const page = await look(url);
    await page.waitForSelector(".card");
    expect(await page.textContent(".card strong")).toBe(evil);
    await call(model, { "a.b": 401 });
    await expect(
      model.call(() => {
        throw Object.assign(failure(400), { message: evil, code: evil });
      }),
    ).rejects.toThrow();
    await page.click(".card");
    await untilLooks(page, "s1.serving", "home");
    expect(await page.textContent(".crumb")).toContain(evil);
    expect(await page.locator("img, script:not([type=module])").count()).toBe(0);
  });

  it("takes no name in a recording for more than a text, and lets no request out for it", async () => {
    const gateway = await startGateway();
    const page = await look(`${gateway.url}/inspector`);
    await page.waitForSelector('.card[data-model="chat"]');
    const id = `"><svg onload=alert(1)>`;
    const lines = [
      { keyswitch: "recording", version: 1 },
      {
        type: "shape",
        number: 1,
        at: 1,
        model: id,
        kind: id,
        credentials: [{ id, provider: id, upstreamModel: id }],
        failback: {},
      },
      {
        type: "state",
        number: 2,
        at: 1,
        model: id,
        state: { name: id, active: id, probing: null, epoch: 0, disabled: [], coolingUntil: {}, nextProbeAt: null },
      },
      { type: "failover", number: 3, at: 2, model: id, from: id, to: id, cause: id, rule: id },
    ];
    const buffer = Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"));
    await page.setInputFiles("#import", { name: `${id}.jsonl`, mimeType: "text/plain", buffer });
    await page.click(".card");
    expect(await page.textContent(".crumb")).toContain(id);
    await page.getByText("The drawing cannot be had now").waitFor();
    expect(await page.locator("[onload]").count()).toBe(0);
  });

  it("is readable in the dark, at 1280 by 720 without scrolling", async () => {
    await using dark = await startBrowser("dark");
    const gateway = await startGateway();
    const { page, faults } = await dark.open(`${gateway.url}/inspector#model=chat`);
    await untilLooks(page, "s0.serving", "home");
    const colour = "getComputedStyle(document.body).backgroundColor";
    const background = await page.evaluate<string>(colour);
    const isWhole = await page.evaluate<boolean>(
      "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth",
    );
    expect(background).toBe("rgb(11, 16, 24)");
    expect(isWhole).toBe(true);
    await page.keyboard.press("t");
    await expect.poll(() => page.evaluate<string>(colour), patience).toBe("rgb(246, 247, 249)");
    expect(faults).toEqual([]);
  });
});
