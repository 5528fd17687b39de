import type { Server } from "node:http";
import type { Logger } from "pino";
import { durationMs, sizeBytes } from "../config/scalars.ts";
import { type Config, type KeyswitchConfig, parseConfig } from "../config/index.ts";
import type { Clock } from "../engine/clock.ts";
import { fingerprint } from "../keys/fingerprint.ts";
import type { Model } from "../model.ts";
import { type ModelSet, type ReloadSummary, startModels } from "../model-set.ts";
import type { AdminLock } from "../operator/guard.ts";
import { createFeed } from "../inspect/feed.ts";
import { serveInspector } from "../inspect/inspector-server.ts";
import { sourceOf } from "../inspect/inspector-source.ts";
import {
  createFollower,
  createLogger,
  logMoves,
  observeMetrics,
  observeTracesIfInstalled,
  registerStateMetrics,
} from "../telemetry/index.ts";
import { createAdminApi } from "./admin/index.ts";
import { answerRequest, type Reception } from "./answer-request.ts";
import { createClients } from "./clients.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { createResponseOwners } from "./response-owners.ts";
import { createRouteTable } from "./route-table.ts";
import { adminRoutes, inspectorPath, inspectorRoutes } from "./routes/admin.ts";
import { routes } from "./routes/index.ts";
import { createHttpServer, listen, urlOf } from "./server.ts";

/** An LLM gateway: any client of a model's dialect, none of its keys. */
export interface Gateway {
  /**
   * Begins to take calls.
   *
   * @throws ConfigError if the address or the port is not to be had.
   */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /**
   * Goes on with another configuration, at once and as a whole: models as `Keyswitch.reload` says, the gateway's own keys
   * and limits for the next request. Calls in flight end as they began.
   *
   * @throws ConfigError with everything that is wrong; nothing has changed then. `ClosedError` after `close()`.
   */
  reload(config: KeyswitchConfig): GatewayReload;
  /**
   * Answers new calls with 503 while those in flight end, for `drain_timeout` at most; what is left then is cut off. A
   * second call waits for the first.
   */
  close(): Promise<void>;
}

/** What a reload did. */
export interface GatewayReload extends ReloadSummary {
  /** Options that have another value now and count from the next start on, as `gateway.port`. */
  readonly onlyAfterRestart: readonly string[];
}

/** What a gateway may be given from outside. */
export interface GatewayParts {
  /** @default one that writes to standard output, from the configuration's `log.level` on */
  readonly logger?: Logger | undefined;
  /** The models' time, in milliseconds; `createStillClock` of `keyswitch/testing` is one for tests. @default the process's monotonic time */
  readonly clock?: Clock | undefined;
}

/**
 * Starts every model of a configuration behind an HTTP server that speaks OpenAI's, Anthropic's and Gemini's dialects.
 *
 * @param config - What `loadConfig` returned, or the same object written in code.
 * @throws ConfigError with everything that is wrong.
 */
export function createGateway(config: KeyswitchConfig, parts: GatewayParts = {}): Gateway {
  let present = parseConfig(config);
  const logger = parts.logger ?? createLogger({ level: present.log.level });
  const models = startModels(present, parts.clock, (text) => logger.warn({ event: "state" }, text));
  const stateAtStart = fingerprint(present.state);
  const closing = new AbortController();
  const inFlight = createInFlight();
  const telemetry = observe(facesOf(models), logger);
  registerStateMetrics(telemetry.registry, () => models.health().fleet);
  const responseOwners = createResponseOwners();
  const lock = (): AdminLock => lockOf(present);
  const admin = createAdminApi({ models, lock });
  const feed = createFeed();
  const inspector = serveInspector({ source: sourceOf(feed, models), path: inspectorPath, lock });
  const isInspected = (): boolean => present.gateway.inspector;
  const table = createRouteTable([...routes, ...adminRoutes(admin), ...inspectorRoutes(inspector, isInspected)]);
  let reception = receive(present);

  function receive({ gateway: settings }: Config, former?: Reception): Reception {
    return {
      gateway: {
        models,
        logger,
        metrics: telemetry.registry,
        responseOwners,
        adminKey: settings.admin_key,
        mostBodyBytes: sizeBytes(settings.max_body),
        mostReplayBytes: sizeBytes(settings.replay_buffer),
        closing: closing.signal,
      },
      table,
      clients: createClients(settings, former?.clients),
      keylessHosts: settings.keys.length === 0 ? new Set(settings.hosts) : undefined,
    };
  }
  const server = createHttpServer((incoming, outgoing) => {
    inFlight.add(outgoing);
    void answerRequest(reception, incoming, outgoing);
  });
  let closed: Promise<void> | undefined;

  function follow(): void {
    admin.follow();
    feed.follow(isInspected() ? facesOf(models) : []);
  }

  function reload(config: KeyswitchConfig): GatewayReload {
    const wanted = parseConfig(config);
    const { host, port } = present.gateway;
    const moved = onlyAtStart.filter((name) => wanted.gateway[name] !== present.gateway[name]);
    // It listens where it does: keys must not go while others than this machine can reach it.
    const next = parseConfig({ ...wanted, gateway: { ...wanted.gateway, host, port } });
    const summary = models.reload(next);
    present = next;
    reception = receive(next, reception);
    logger.level = next.log.level;
    telemetry.follow(facesOf(models));
    follow();
    const onlyAfterRestart = moved.map((name) => `gateway.${name}`);
    if (fingerprint(wanted.state) !== stateAtStart) onlyAfterRestart.push("state");
    return { ...summary, onlyAfterRestart };
  }

  async function close(): Promise<void> {
    closing.abort();
    admin.close();
    inspector.close();
    await drain(server, inFlight, durationMs(present.gateway.drain_timeout));
    // Whatever still runs has nobody to answer to.
    await models.close({ drain: 0 });
    feed.close();
    telemetry.stop();
  }

  follow();
  return {
    listen: async () => {
      const settings = present.gateway;
      // Else its first calls would learn again what its fleet knows.
      await models.synced();
      const address = await listen(server, settings.host, settings.port);
      const url = urlOf(settings.host, address);
      logger.info({ event: "listening", url, models: models.ids }, `listening on ${url}`);
      return { url, port: address.port };
    },
    reload,
    close: () => (closed ??= close()),
  };
}

/** A socket that listens stays where it is. */
const onlyAtStart = ["host", "port"] as const;

function facesOf(models: ModelSet): readonly Model[] {
  return models.ids.flatMap((id) => models.get(id)?.face ?? []);
}

function lockOf({ gateway: { admin_key: adminKey, host, hosts } }: Config): AdminLock {
  return { adminKey, hostNames: [host.toLowerCase(), ...hosts] };
}

/** Lets what is in flight end; it goes on listening until then, so that new calls are told to come back. */
async function drain(server: Server, inFlight: InFlight, timeoutMs: number): Promise<void> {
  await inFlight.settled(timeoutMs);
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await ended;
}

/** Logs, counts and traces what models tell. */
function observe(models: readonly Model[], logger: Logger) {
  const metrics = observeMetrics(models);
  const log = createFollower((model: Model) => logMoves([model], logger));
  const traces = createFollower(traceModel);
  const follow = (present: readonly Model[]): void => {
    metrics.follow(present);
    log.follow(present);
    traces.follow(present);
  };
  follow(models);
  return {
    registry: metrics.registry,
    follow,
    stop: (): void => {
      metrics.stop();
      log.stop();
      traces.stop();
    },
  };
}

function traceModel(model: Model): () => void {
  const tracing = observeTracesIfInstalled([model]);
  return () => void tracing.then((stop) => stop?.());
}
