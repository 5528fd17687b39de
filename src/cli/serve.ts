import { resolve } from "node:path";
import { type Config, loadConfig, parseConfig } from "../config/index.ts";
import { ConfigError } from "../errors.ts";
import { watchConfig } from "../gateway/config-watch.ts";
import { createGateway, type Gateway, type GatewayReload } from "../gateway/index.ts";
import { createLogger } from "../telemetry/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { readableLog } from "./serve/readable-log.ts";
import { untilToldToStop } from "./serve/stop-signals.ts";

/** `keyswitch serve` */
export const serve: Command = {
  usage: "[--config FILE] [--host HOST] [--port N] [--json]",
  paragraphs: [
    "Runs the gateway: clients of OpenAI, Anthropic and Gemini ask it instead of their provider, by the names of the configuration's models, and it answers with whichever credential works.",
    "It logs one line for each move, probe and call that did not go smoothly: readable ones on a terminal, else JSON. The first says where it listens.",
    "SIGTERM and Ctrl-C let calls in flight end and take no new ones, a second one ends at once. SIGHUP, and a change of the file, go on with the new configuration without a call lost; one that is broken is refused, and the old one stays.",
  ],
  options: {
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    host: { value: "HOST", says: "the address to listen on, instead of gateway.host" },
    port: { value: "N", says: "the port to listen on, instead of gateway.port; 0 takes any free one" },
    json: { says: "JSON lines on a terminal too; in a pipe they are the default" },
  },
  mostOperands: 0,
  examples: [
    { says: "the configuration of this directory", line: "keyswitch serve", needs: "Ctrl-C to end" },
    {
      says: "another one, on any free port",
      line: "keyswitch serve --config keyswitch.yaml --port 0",
      needs: "Ctrl-C to end",
    },
  ],
  exits: {
    0: "it was told to end, and calls in flight had ended or their time was over",
    1: "it was told to end at once",
    2: "the configuration cannot be used, or the port is not to be had",
  },
  run: runServe,
};

async function runServe(invocation: Invocation): Promise<ExitCode> {
  const { value, json, terminal } = invocation;
  const path = resolve(value("config") ?? "keyswitch.yaml");
  const read = async (): Promise<Config> => withAddress(await loadConfig(path), invocation);
  try {
    const config = await read();
    const destination = json || !terminal.isWatched ? undefined : readableLog(terminal);
    const logger = createLogger({ level: config.log.level, destination });
    const gateway = createGateway(config, { logger });
    const stopped = untilToldToStop();
    const reload = reloading(gateway, read, logger);
    // Before anybody can see that it listens: a signal that nobody hears ends the process.
    process.on("SIGHUP", () => reload("SIGHUP"));
    await gateway.listen();
    const stopWatching = watchConfig(path, () => reload("file"));

    const signal = await stopped;
    stopWatching();
    logger.info({ event: "draining", signal }, `${signal}: letting calls in flight end; again ends at once`);
    await gateway.close();
    logger.info({ event: "stopped" }, "stopped");
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.complain(`keyswitch serve: ${inOneLine(error, path, invocation)}`);
    return 2;
  }
}

/** What the command line says of the address counts more, also after a reload. */
function withAddress(config: Config, { value }: Invocation): Config {
  const [host, port] = [value("host"), value("port")];
  if (host === undefined && port === undefined) return config;
  const gateway = {
    ...config.gateway,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
  };
  return parseConfig({ ...config, gateway }, { source: "The command line" });
}

type Logger = ReturnType<typeof createLogger>;

/** Reloads whenever it is called, one after another. What is wrong is logged, and nothing else happens. */
function reloading(gateway: Gateway, read: () => Promise<Config>, logger: Logger): (cause: string) => void {
  let last = Promise.resolve();
  const reload = async (cause: string): Promise<void> => {
    try {
      const summary = gateway.reload(await read());
      logger.info({ event: "reloaded", cause, ...summary }, `reloaded: ${summaryText(summary)}`);
    } catch (error) {
      if (!(error instanceof ConfigError)) return logger.error({ event: "reload_failed", cause, err: error });
      const { issues, message } = error;
      logger.error({ event: "reload_refused", cause, issues }, `not reloaded, all stays as it is: ${message}`);
    }
  };
  return (cause) => {
    last = last.then(() => reload(cause));
  };
}

function summaryText({ added, changed, removed, onlyAfterRestart }: GatewayReload): string {
  const parts = [
    ["added", added],
    ["changed", changed],
    ["removed", removed],
    ["counts only after a restart:", onlyAfterRestart],
  ] as const;
  const told = parts.flatMap(([word, names]) => (names.length === 0 ? [] : [`${word} ${names.join(", ")}`]));
  return told.length === 0 ? "no model has changed" : told.join("; ");
}

/** What the command line says in the place of the file. */
const optionOf: Readonly<Record<string, string>> = { "gateway.host": "host", "gateway.port": "port" };

/** A supervisor's log shows the last line: one fault is told in one, several each in its own. */
function inOneLine({ issues, message }: ConfigError, path: string, { value }: Invocation): string {
  const [issue, ...others] = issues;
  if (issue === undefined || others.length > 0) return message;
  const option = optionOf[issue.path];
  if (option !== undefined && value(option) !== undefined)
    return `--${option}: found ${issue.found}, wanted ${issue.wanted}`;
  return `${path}: ${message.slice(message.indexOf("\n")).trim()}`;
}
