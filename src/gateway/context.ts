import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { ModelSet } from "../model-set.ts";
import type { Api } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { Client } from "./clients.ts";
import type { RequestTarget } from "./request-target.ts";
import type { ResponseOwners } from "./response-owners.ts";

/** What all requests share. */
export interface Gateway {
  readonly models: ModelSet;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly responseOwners: ResponseOwners;
  /** Whoever shows it sees how calls went. */
  readonly adminKey: Secret | undefined;
  readonly mostBodyBytes: number;
  /** Larger bodies are not sent a second time. */
  readonly mostReplayBytes: number;
  /** Aborts when the gateway begins to close: what would go on for ever, as a feed, ends then. */
  readonly closing: AbortSignal;
}

/** One request, as a route gets it. */
export interface Exchange {
  readonly gateway: Gateway;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly target: RequestTarget;
  /** What the route's pattern left open, in order. */
  readonly parameters: readonly string[];
  readonly client: Client;
  /** The dialect of its errors. */
  readonly api: Api;
}

/** One thing that the gateway does. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path, or a pattern of it whose groups are handed on. */
  readonly path: string | RegExp;
  /** Whether it asks for a gateway key, where there are any. @default true */
  readonly isOpen?: boolean;
  /** The dialect that it speaks. @default as its path and headers look */
  readonly api?: Api;
  /** @throws Refusal */
  readonly handle: (exchange: Exchange) => Promise<void> | void;
}
