import { createHmac, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../../engine/clock.ts";
import type { FleetMember } from "../../engine/fleet.ts";
import { type Claimed, type FleetLink, noStamp, probeClaimMs, type Written } from "../fleet/fleet-link.ts";
import { createSeat, type SharingSeat } from "../fleet/seat.ts";
import { decodeSharedModel, type StoredModel } from "../fleet/shared-model.ts";
import type { StateStore } from "../store.ts";
import { connect, patienceMs, type RedisSettings } from "./connect.ts";
import { type Ioredis, loadIoredis } from "./load-ioredis.ts";
import { createStoreClock } from "./store-clock.ts";
import { createUsageDeltas, type ModelCounts } from "./usage-batch.ts";

/** How often a replica has itself heard and reads what has changed, whatever news it got. */
const exchangeMs = 500;
/** A replica that was silent for so long is gone. */
const silenceMs = 5000;
/**
 * After so many looks an outage is told, and a connection that is not there yet is given up. By looks, not by time, since
 * a process that has just started may be too busy to look.
 */
const mostQuietLooks = 3;
/** Nothing that a model knows counts for as long: a rest that a provider states is believed for a day. */
const lifetimeMs = 30 * 86_400_000;

/** An answer of the exchange: its time, the lineage, the last change, what has changed, what all have counted, who lives. */
type ExchangeAnswer = readonly [
  time: string,
  lineage: string,
  latest: string,
  models: readonly (readonly [name: string, storedAt: string, body: string])[],
  counted: readonly (readonly [name: string, era: string, all: number])[],
  replicas: number,
  behind: number,
];

/** A model that takes part. */
interface Participant {
  readonly member: FleetMember;
  readonly seat: SharingSeat;
}

/**
 * A store in Redis that replicas share (S15). Nobody waits for it: what a machine learns is written when that can be done,
 * what others have learned comes as news, and while Redis is away each replica goes on alone.
 *
 * @throws ConfigError where `ioredis` is not installed.
 */
export function redisStore(
  settings: RedisSettings,
  { warn, clock }: { readonly warn: (text: string) => void; readonly clock: Clock },
  ioredis: Ioredis = loadIoredis(),
): StateStore {
  const replica = `${hostname().slice(0, 40)}-${process.pid}-${randomBytes(3).toString("hex")}`;
  const keys = keysOf(settings.namespace);
  const storeClock = createStoreClock();
  const deltas = createUsageDeltas();
  const participants = new Map<string, Participant>();
  const unreadable = new Set<string>();
  const commands = connect(ioredis, settings);
  const news = connect(ioredis, settings);
  const first = Promise.withResolvers<void>();

  let isConnected = false;
  let exchanging: Promise<void> | undefined;
  let isClosed = false;
  let lineage: string | undefined;
  let lastChange = -1;
  let lastCountAt = clock.now();
  let lastTrouble = "it has not answered yet";
  let looksAway = 0;
  let isReconnecting = false;
  let conflicts = 0;
  let syncDelayMs = 0;
  let fleet = { replicas: 1, behind: 0 };
  let batches = 0;
  /** Counts whose answer has not come: they are sent again as they are. */
  let batch: { readonly number: number; readonly counts: readonly ModelCounts[] } | undefined;

  const timer = setInterval(exchange, exchangeMs).unref();
  commands.on("ready", exchange);
  commands.on("close", () => {
    isReconnecting = false;
    // Why it could not be opened was told before.
    if (isConnected) part("its connection was closed");
  });
  commands.on("error", ({ message }: Error) => part(message));
  news.on("ready", () => void news.subscribe(keys.news).catch(() => undefined));
  news.on("message", (_channel: string, text: string) => hearNews(text));

  function part(trouble: string): void {
    if (isClosed) return;
    lastTrouble = trouble;
    if (!isConnected) return;
    isConnected = false;
    storeClock.forget();
    for (const { seat } of participants.values()) seat.part();
  }

  /** A connection that is made anew at once is not worth a word. */
  function complain(): void {
    looksAway = isConnected ? 0 : looksAway + 1;
    if (looksAway === mostQuietLooks) {
      warn(
        `The state in Redis at ${settings.url} is away (${lastTrouble}): this replica goes on alone until it is back`,
      );
    }
  }

  /** Asks Redis, and takes its time from the answer. */
  async function timed(ask: Promise<readonly unknown[]>, timeOf: (answer: readonly unknown[]) => unknown) {
    const askedAt = clock.now();
    const answer = await answered(ask);
    storeClock.hear(Number(timeOf(answer)), askedAt, clock.now());
    return answer;
  }
  /** One that does not answer in time may have lost the connection without a word: it is made anew. */
  async function answered<Answer>(ask: Promise<Answer>): Promise<Answer> {
    try {
      return await ask;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message.startsWith("Command timed out")) reconnect();
      // What Redis adds on its script is for whoever wrote that.
      part(message.replace(/\.? script: .*$/, ""));
      throw error;
    }
  }

  function exchange(): void {
    if (exchanging !== undefined || isClosed) return;
    complain();
    if (!isConnected) for (const { seat } of participants.values()) seat.tick();
    if (commands.status !== "ready") return reconnectIfStuck();
    // What went wrong is told by then; the next one comes by itself.
    exchanging = exchangeOnce()
      .catch(() => undefined)
      .finally(() => (exchanging = undefined));
  }
  /** A Redis that was stopped takes connections and says nothing. */
  function reconnectIfStuck(): void {
    if (looksAway % mostQuietLooks === 0) reconnect();
  }
  function reconnect(): void {
    if (isReconnecting) return;
    isReconnecting = true;
    commands.disconnect(true);
    news.disconnect(true);
  }
  async function exchangeOnce(): Promise<void> {
    batch ??= { number: (batches += 1), counts: takeCounts() };
    const probes = [...participants].filter(([, { seat }]) => seat.holdsProbe).map(([model]) => model);
    const since = isConnected ? lastChange : -1;
    const asked = commands.keyswitchExchange(
      keys.lineage,
      keys.changes,
      keys.changed,
      keys.alive,
      keys.seen,
      keys.counted(replica),
      keys.prefix,
      replica,
      replica,
      since,
      batch.number,
      JSON.stringify(batch.counts),
      JSON.stringify(probes),
      probeClaimMs,
      lifetimeMs,
      silenceMs,
    );
    const answer = (await timed(asked, ([time]) => time)) as ExchangeAnswer;
    batch = undefined;
    hearExchange(answer);
  }
  function hearExchange([, line, latest, models, counted, replicas, behind]: ExchangeAnswer): void {
    const isNew = !isConnected || line !== lineage;
    isConnected = true;
    lineage = line;
    lastChange = Number(latest);
    fleet = { replicas, behind };
    const found = new Map<string, StoredModel>();
    for (const [name, storedAt, body] of models) {
      const model = decodeSharedModel(body);
      if (model !== undefined) found.set(name, { model, storedAt: Number(storedAt) });
    }
    for (const [name, { seat }] of participants) {
      const stored = found.get(name);
      if (isNew) seat.rejoin(stored);
      else if (stored !== undefined) seat.hear(stored, "read");
      seat.tick();
    }
    for (const [name, era, all] of counted) participants.get(name)?.seat.hearCount(Number(era), all);
    first.resolve();
  }

  /** What was counted and learned since the last word; a store that is away gets none of it. */
  async function bringTheRest(): Promise<void> {
    const isSettled = (): boolean => [...participants.values()].every(({ seat }) => seat.standing().agrees);
    const patientUntil = clock.now() + patienceMs;
    do {
      if (commands.status !== "ready") return;
      await exchangeOnce().catch(() => undefined);
      if (!isSettled()) await pause(20);
    } while ((batch !== undefined || !isSettled()) && clock.now() < patientUntil);
  }

  function takeCounts(): readonly ModelCounts[] {
    const since = lastCountAt + storeClock.aheadMs;
    lastCountAt = clock.now();
    return [...participants].flatMap(([model, { member, seat }]) => {
      const { era, counted } = seat.takeCounted();
      const { usage, served } = deltas.take(member.ids, member.accounts, since);
      return usage.length === 0 && counted === 0 ? [] : [{ model, era: String(era), counted, usage, served }];
    });
  }

  function hearNews(text: string): void {
    const [storedAt = "", name = ""] = text.split(" ", 2);
    const participant = participants.get(name);
    if (participant === undefined) return;
    const model = decodeSharedModel(text.slice(storedAt.length + name.length + 2));
    if (model === undefined || model.by === replica) return;
    if (isConnected) syncDelayMs = Math.max(0, clock.now() + storeClock.aheadMs - Number(storedAt));
    participant.seat.hear({ model, storedAt: Number(storedAt) }, "told");
  }

  function tellUnreadable(model: string): void {
    if (unreadable.has(model)) return;
    unreadable.add(model);
    warn(
      `The state in Redis at ${settings.url} holds what this release cannot read of the model ${model}: this replica goes on alone with it`,
    );
  }

  function linkOf(name: string): FleetLink {
    return {
      replica,
      get isConnected() {
        return isConnected;
      },
      get aheadMs() {
        return storeClock.aheadMs;
      },
      write: async (model, expected) => {
        const asked = commands.keyswitchWrite(
          keys.model(name),
          keys.served(name),
          keys.changes,
          keys.changed,
          keys.probe(name),
          expected,
          model.stamp,
          JSON.stringify(model),
          model.era,
          lifetimeMs,
          keys.news,
          name,
        );
        const written = readWritten(await timed(asked, ([, time]) => time));
        if (written.kind === "unreadable") tellUnreadable(name);
        if (written.kind === "refused" && expected !== noStamp) conflicts += 1;
        return written;
      },
      claimProbe: async (stamp) =>
        (await answered(
          commands.keyswitchClaim(keys.model(name), keys.probe(name), stamp, replica, probeClaimMs),
        )) as Claimed,
      releaseProbe: async () => void (await answered(commands.keyswitchRelease(keys.probe(name), replica))),
    };
  }

  return {
    salt: createHmac("sha256", settings.password?.reveal() ?? "")
      .update(settings.namespace)
      .digest(),
    load: () => undefined,
    publish: () => {},
    forget: (model) => {
      participants.get(model)?.seat.leave();
      participants.delete(model);
    },
    join: (model, member, connections) => {
      participants.get(model)?.seat.leave();
      const seat = createSeat(member, linkOf(model), connections);
      participants.set(model, { member, seat });
      // What others know of a model that a reload has brought is read with the next exchange.
      if (isConnected) lastChange = -1;
      return seat;
    },
    health: () => ({
      kind: "redis",
      trouble: isConnected ? undefined : lastTrouble,
      fleet: { connected: isConnected, replica, ...fleet, syncDelayMs, conflicts },
    }),
    synced: first.promise,
    close: async () => {
      clearInterval(timer);
      await exchanging;
      await bringTheRest();
      for (const { seat } of participants.values()) seat.leave();
      isClosed = true;
      await Promise.allSettled([commands.quit(), news.quit()]);
      commands.disconnect();
      news.disconnect();
    },
  };
}

function readWritten(answer: readonly unknown[]): Written {
  const [isDone, , storedAt, body, served] = answer as readonly [number, string, string, string, readonly string[]];
  if (isDone === 1) return { kind: "done" };
  const model = body === "" ? undefined : decodeSharedModel(body);
  if (body !== "" && model === undefined) return { kind: "unreadable" };
  const found: StoredModel | undefined = model && { model, storedAt: Number(storedAt) };
  const servedAt = new Map<string, number>();
  for (let index = 0; index < served.length; index += 2) servedAt.set(served[index] ?? "", Number(served[index + 1]));
  return { kind: "refused", found, servedAt };
}

/** The names of what one namespace holds. What stands in braces puts all of it into one slot of a cluster. */
function keysOf(namespace: string) {
  const prefix = `{${namespace}}:v1:`;
  return {
    prefix,
    news: `${prefix}news`,
    lineage: `${prefix}lineage`,
    changes: `${prefix}changes`,
    changed: `${prefix}changed`,
    alive: `${prefix}alive`,
    seen: `${prefix}seen`,
    counted: (replica: string) => `${prefix}counted:${replica}`,
    model: (name: string) => `${prefix}model:${name}`,
    served: (name: string) => `${prefix}served:${name}`,
    probe: (name: string) => `${prefix}probe:${name}`,
  };
}
