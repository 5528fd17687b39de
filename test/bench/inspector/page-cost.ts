import { createModel, type Model } from "../../../src/index.ts";
import { createInspector } from "../../../src/inspect/index.ts";
import { startBrowser } from "../../services/browser.ts";

const modelCount = 200;
const credentialCount = 8;
const entriesPerSecond = 2_000;
/** Of calls, whose first attempt fails with a dead key. */
const failingShare = 0.01;

/** What a page took to show what came. */
export interface PageCost {
  readonly name: string;
  /** Entries a second that it was sent. */
  readonly entriesPerSecond: number;
  readonly dropped: number;
  /** From when an entry was made until the page had it, in milliseconds. */
  readonly lagMs: Percentiles;
  /** What a frame took to be made, in milliseconds. */
  readonly frameMs: Percentiles;
  readonly framesPerSecond: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

interface Seen {
  readonly lags: readonly number[];
  readonly frames: readonly number[];
  readonly entries: number;
  readonly dropped: number;
}

/**
 * Runs in the page before its own script: notes when entries come, by the line that is parsed, and how long frames take,
 * by the page's user timings.
 */
const notes = `
  globalThis.seen = { lags: [], frames: [], entries: 0, dropped: 0 };
  const parse = JSON.parse;
  JSON.parse = (text, ...rest) => {
    const value = parse(text, ...rest);
    if (value?.type === "entries") {
      const now = Date.now();
      for (const { at } of value.entries) globalThis.seen.lags.push(now - at);
      globalThis.seen.entries += value.entries.length;
      globalThis.seen.dropped += value.dropped;
    }
    if (value?.type === "dropped") globalThis.seen.dropped += value.dropped;
    return value;
  };
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === "keyswitch-frame") globalThis.seen.frames.push(duration);
  }).observe({ entryTypes: ["measure"] });
`;

/** Shows many models to a real browser, which has one core with all else: all of them, then one with all its calls. */
export async function measurePage(seconds: number): Promise<readonly PageCost[]> {
  const models = Array.from({ length: modelCount }, (_, index) => modelNamed(`model-${index + 1}`));
  const inspector = createInspector({ models });
  await using browser = await startBrowser();
  await browser.context.addInitScript(notes);
  const { url } = await inspector.listen();
  const stopTraffic = startTraffic(models);
  try {
    const { page, faults } = await browser.open(url);
    await page.waitForSelector(".card");
    const watch = async (name: string): Promise<PageCost> => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await page.evaluate("globalThis.seen = { lags: [], frames: [], entries: 0, dropped: 0 }");
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      return costOf(name, await page.evaluate<Seen>("globalThis.seen"), seconds);
    };
    const all = await watch(`all ${modelCount} models`);
    await page.click('.card[data-model="model-1"]');
    await page.waitForSelector(".drawing .home");
    await page.selectOption('select[aria-label="What is told"]', "all");
    const one = await watch("one model");
    if (faults.length > 0) throw new Error(faults.join("\n"));
    return [all, one];
  } finally {
    stopTraffic();
    await inspector.close();
  }
}

function modelNamed(id: string): Model {
  const credentials = Array.from({ length: credentialCount }, (_, slot) => ({
    id: `credential-${slot + 1}`,
    provider: "openai",
    api_key: "none",
  }));
  const failback = { timeout: "5s", requests: 20, min_interval: "1s" };
  return createModel({ model: "m", credentials, failback, retry: { max_retries: 0 } }, id);
}

const died = Object.assign(new Error("no such key"), { status: 401 });

/** Makes calls of functions at a steady rate. */
function startTraffic(models: readonly Model[]): () => void {
  const startedAt = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * entriesPerSecond;
    for (; made < due; made += 1) void callOne(models[made % models.length]);
  }, 5);
  return () => clearInterval(timer);
}

async function callOne(model: Model | undefined): Promise<void> {
  let fails = Math.random() < failingShare;
  await model?.call(() => {
    const isDead = fails;
    fails = false;
    if (isDead) throw died;
  });
}

function costOf(name: string, { lags, frames, entries, dropped }: Seen, seconds: number): PageCost {
  return {
    name,
    entriesPerSecond: entries / seconds,
    dropped,
    lagMs: percentilesOf(lags),
    frameMs: percentilesOf(frames),
    framesPerSecond: frames.length / seconds,
  };
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
