/**
 * The upstream of all credentials, in a process of its own: it answers each credential as the weather is, and keeps a log of what
 * it was asked and when the weather changed.
 */
import { setImmediate, setTimeout } from "node:timers/promises";
import { createFakeProvider } from "../../../src/testing/fake-provider/index.ts";
import { credentialIds, keyOf } from "./credentials.ts";
import { breaksStreams, forecast, seededRandom, type Spell } from "./weather.ts";

/** One request, as it reached the upstream. */
export interface Arrival {
  /** The client's own number of its request. */
  readonly request: string;
  /** The upstream's, which its answer carries: a later request has a higher one. */
  readonly serial: number;
  /** Whether its answer may break off after its first item. */
  readonly mayBreak: boolean;
}

/** What happened here, times in epoch milliseconds. */
export interface UpstreamLog {
  readonly arrivals: readonly Arrival[];
  /** The spells as they were, not as they were forecast. */
  readonly spells: readonly Spell[];
  /** Requests whose exchange is not over. */
  readonly openExchanges: number;
}

/** What the parent says. */
export type UpstreamOrder =
  | { readonly order: "play"; readonly seed: number; readonly lengthMs: number }
  | { readonly order: "tell" };

/** What it hears: the address first, then the log whenever it asks for it. */
export type UpstreamNews = { readonly baseURL: string } | { readonly log: UpstreamLog };

const provider = await createFakeProvider({
  labels: Object.fromEntries(credentialIds.map((id) => [keyOf(id), id])),
  answers: { items: 5, itemDelayMs: 2 },
});
const arrivals: Arrival[] = [];
const spells: Spell[] = [];
/** The spells that are on, by key. */
const standing = new Map<string, Spell>();
let openExchanges = 0;
let serial = 0;

/** Books what has arrived under the weather as it stands, and forgets it, or a minute's bodies would be kept. */
function bookArrivals(): void {
  for (const { headers, key = "", finished } of provider.requests) {
    const spell = standing.get(key);
    serial += 1;
    arrivals.push({
      request: headers["x-load-request"] ?? "",
      serial,
      mayBreak: spell !== undefined && breaksStreams(spell.behaviour),
    });
    openExchanges += 1;
    void finished.then(() => (openExchanges -= 1));
  }
  provider.reset();
  for (const [key, { behaviour }] of standing) provider.set(key, behaviour);
}

async function play(spell: Spell): Promise<void> {
  await setTimeout(spell.fromMs);
  const key = keyOf(spell.credential);
  const fromMs = Date.now();
  bookArrivals();
  standing.set(key, spell);
  provider.set(key, spell.behaviour);
  await setTimeout(spell.toMs - spell.fromMs);
  bookArrivals();
  standing.delete(key);
  provider.set(key, "healthy");
  spells.push({ ...spell, fromMs, toMs: Date.now() });
}

function tell(news: UpstreamNews): void {
  process.send?.(news);
}

async function tellLog(): Promise<void> {
  bookArrivals();
  // Exchanges that are over say so a moment after they were booked.
  await setImmediate();
  tell({ log: { arrivals, spells, openExchanges } });
}

process.on("message", (heard: UpstreamOrder) => {
  if (heard.order === "tell") return void tellLog();
  const { seed, lengthMs } = heard;
  for (const spell of forecast({ credentials: credentialIds, lengthMs, random: seededRandom(seed) })) void play(spell);
});
process.once("disconnect", () => process.exit());
tell({ baseURL: provider.baseURL });
