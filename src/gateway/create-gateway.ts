import type { Server } from "node:http";
import type { Logger } from "pino";
import { durationMs, sizeBytes } from "../config/scalars.ts";
import { type KeyswitchConfig, parseConfig } from "../config/index.ts";
import { startModels } from "../model-set.ts";
import { createLogger, logMoves, observeMetrics, observeTracesIfInstalled } from "../telemetry/index.ts";
import { answerRequest, type Reception } from "./answer-request.ts";
import { createClients } from "./clients.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { createResponseOwners } from "./response-owners.ts";
import { createRouteTable } from "./route-table.ts";
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
   * Answers new calls with 503 while those in flight end, for `drain_timeout` at most; what is left then is cut off. A
   * second call waits for the first.
   */
  close(): Promise<void>;
}

/** What a gateway may be given from outside. */
export interface GatewayParts {
  /** @default one that writes to standard output, from the configuration's `log.level` on */
  readonly logger?: Logger | undefined;
}

/**
 * Starts every model of a configuration behind an HTTP server that speaks OpenAI's, Anthropic's and Gemini's dialects.
 *
 * @param config - What `loadConfig` returned, or the same object written in code.
 * @throws ConfigError with everything that is wrong.
 */
export function createGateway(config: KeyswitchConfig, parts: GatewayParts = {}): Gateway {
  const parsed = parseConfig(config);
  const { gateway: settings, log } = parsed;
  const models = startModels(parsed);
  const logger = parts.logger ?? createLogger({ level: log.level });
  const closing = new AbortController();
  const inFlight = createInFlight();
  const telemetry = observe(
    models.ids.flatMap((id) => models.get(id)?.face ?? []),
    logger,
  );
  const reception: Reception = {
    gateway: {
      models,
      logger,
      metrics: telemetry.registry,
      responseOwners: createResponseOwners(),
      mostBodyBytes: sizeBytes(settings.max_body),
      mostReplayBytes: sizeBytes(settings.replay_buffer),
      closing: closing.signal,
    },
    table: createRouteTable(routes),
    clients: createClients(settings),
    isKeyless: settings.keys.length === 0,
  };
  const server = createHttpServer((incoming, outgoing) => {
    inFlight.add(outgoing);
    void answerRequest(reception, incoming, outgoing);
  });
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    closing.abort();
    await drain(server, inFlight, durationMs(settings.drain_timeout));
    await models.close();
    await telemetry.stop();
  }

  return {
    listen: async () => {
      const address = await listen(server, settings.host, settings.port);
      const url = urlOf(settings.host, address);
      logger.info({ event: "listening", url, models: models.ids }, `listening on ${url}`);
      return { url, port: address.port };
    },
    close: () => (closed ??= close()),
  };
}

/** Lets what is in flight end; it goes on listening until then, so that new calls are told to come back. */
async function drain(server: Server, inFlight: InFlight, timeoutMs: number): Promise<void> {
  await inFlight.settled(timeoutMs);
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await ended;
}

type Models = Parameters<typeof observeMetrics>[0] & Parameters<typeof observeTracesIfInstalled>[0];

/** Logs, counts and traces what models tell. */
function observe(models: Models, logger: Logger) {
  const metrics = observeMetrics(models);
  const stopLog = logMoves(models, logger);
  const traces = observeTracesIfInstalled(models);
  return {
    registry: metrics.registry,
    stop: async (): Promise<void> => {
      metrics.stop();
      stopLog();
      (await traces)?.();
    },
  };
}
