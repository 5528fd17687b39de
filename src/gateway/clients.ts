import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Config } from "../config/index.ts";
import type { Secret } from "../secret.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { Refusal } from "./refusal.ts";
import type { RequestTarget } from "./request-target.ts";

/** Who calls. */
export interface Client {
  /** Its name in logs; that of a gateway key, `admin`, or `local` where no key is asked for. */
  readonly id: string;
  /** The models that it may use; undefined: all. */
  readonly models: ReadonlySet<string> | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/** Tells by the keys that a request shows who calls. */
export interface Clients {
  /**
   * @param isOpen - Whether one is let in without a key as well.
   * @throws Refusal where a key is asked for, and none that is known is shown.
   */
  identify(incoming: IncomingMessage, target: RequestTarget, isOpen: boolean): Client;
  readonly locks: readonly Lock[];
}

/** A key, and who holds it. */
interface Lock {
  readonly digest: Buffer;
  readonly client: Client;
  /** As configured; undefined: it may call as often as it likes. */
  readonly rate: string | undefined;
}

const local: Client = { id: "local", models: undefined, rateLimit: undefined };
const admin: Client = { ...local, id: "admin" };

/**
 * Keeps the keys of those who may call as digests alone, and compares them in constant time.
 *
 * @param former - Those before a reload: who has the same key and rate has no more calls left than before.
 */
export function createClients({ keys, admin_key }: Config["gateway"], former?: Clients): Clients {
  const locks: readonly Lock[] = [
    ...keys.map(({ id, key, models, rate }) => {
      const digest = digestOf(key);
      const known = former?.locks.find((lock) => lock.rate === rate && lock.digest.equals(digest));
      const rateLimit = rate === undefined ? undefined : (known?.client.rateLimit ?? createRateLimit(rate));
      return { digest, rate, client: { id, models: models && new Set(models), rateLimit } };
    }),
    ...(admin_key === undefined ? [] : [{ digest: digestOf(admin_key), rate: undefined, client: admin }]),
  ];
  const holderOn = createHolders(locks);
  const asksForKey = keys.length > 0;
  return {
    locks,
    identify: (incoming, target, isOpen) => {
      if (locks.length === 0) return local;
      const shown = shownKeys(incoming, target);
      const client = shown.map((key) => holderOn(key, incoming.socket)).find((each) => each !== undefined);
      if (client !== undefined) return client;
      if (isOpen || !asksForKey) return local;
      throw shown.length === 0 ? noKey : unknownKey;
    },
  };
}

const noKey = new Refusal(
  {
    status: 401,
    code: "missing_api_key",
    message:
      "This gateway asks for one of its own keys, as Authorization: Bearer, x-api-key, api-key or x-goog-api-key",
  },
  { "www-authenticate": "Bearer" },
);

const unknownKey = new Refusal(
  { status: 401, code: "invalid_api_key", message: "The key is none of this gateway's" },
  { "www-authenticate": 'Bearer error="invalid_token"' },
);

/** The key that was last shown on a connection, and fits. */
interface Proven {
  readonly key: Buffer;
  readonly holder: Client;
}

/**
 * Tells who holds a key. Most connections show one key all their life, and its digest would be a twentieth of a request's
 * work: the last one that fitted is kept with its connection, for as long as these locks and it live.
 */
function createHolders(locks: readonly Lock[]): (key: string, connection: Socket) => Client | undefined {
  const provenOn = new WeakMap<Socket, Proven>();
  return (key, connection) => {
    const shown = Buffer.from(key);
    const proven = provenOn.get(connection);
    if (proven?.key.length === shown.length && timingSafeEqual(proven.key, shown)) return proven.holder;
    const holder = holderOf(locks, key);
    if (holder !== undefined) provenOn.set(connection, { key: shown, holder });
    return holder;
  };
}

/** Every lock is tried, whichever fits: the time that it takes tells nothing. */
function holderOf(locks: readonly Lock[], key: string): Client | undefined {
  const digest = hash("sha256", key, "buffer");
  let holder: Client | undefined;
  for (const lock of locks) if (timingSafeEqual(lock.digest, digest)) holder = lock.client;
  return holder;
}

function digestOf(key: Secret): Buffer {
  return hash("sha256", key.reveal(), "buffer");
}

/** The keys that a request shows, wherever its dialect's clients put them. */
function shownKeys({ headers }: IncomingMessage, { search }: RequestTarget): readonly string[] {
  const inQuery = search === "" ? undefined : new URLSearchParams(search).get("key");
  const bearer = /^Bearer +(\S.*)$/i.exec(headers.authorization ?? "")?.[1];
  return [bearer, headers["x-api-key"], headers["api-key"], headers["x-goog-api-key"], inQuery].filter(
    (key) => typeof key === "string" && key !== "",
  ) as string[];
}
