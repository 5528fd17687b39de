import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from "pino";
import type { CallResult } from "../../machines/index.ts";
import type { ChangeEvent, Move, ProbeEvent, SettledEvent } from "../engine/model-events.ts";
import type { ObservedModel } from "./observed-model.ts";
import { redact, redactFields } from "./redact.ts";
import { trailOf, trailText } from "./trail.ts";

/** What is logged, and where. */
export interface LoggerOptions {
  /** The least level that is written: the configuration's `log.level`. @default info */
  readonly level?: LevelWithSilent | undefined;
  /** Where the lines go. @default standard output */
  readonly destination?: DestinationStream | undefined;
}

/**
 * A pino logger whose lines show no key and no body, whatever it is handed: secrets, headers, URLs, errors.
 *
 * The times are ISO 8601, the levels their names.
 */
export function createLogger({ level = "info", destination }: LoggerOptions = {}): Logger {
  const logger = pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => redactFields(fields) },
      // `formatters.log` has described errors; pino's own serializer would ask them for their text.
      serializers: { err: (described: unknown) => described },
      hooks: {
        logMethod(inputs, method) {
          method.apply(this, redactInputs(inputs) as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
  return withRedactedChildren(logger);
}

/** What a child logger adds to each of its lines passes none of pino's formatters. */
function withRedactedChildren(logger: Logger): Logger {
  // Called with the logger whose child is asked for: children inherit what is set here.
  // oxlint-disable-next-line typescript/unbound-method
  const { child } = logger;
  logger.child = function childOf(this: Logger, bindings: object, options?: object) {
    return child.call(this, redactFields(bindings), options);
  } as Logger["child"];
  return logger;
}

/** What a line is made of. Pino would give one without words those of its error: here it is the error's name. */
function redactInputs([first, ...rest]: readonly unknown[]): unknown[] {
  if (typeof first === "string") return [first, ...rest].map((each) => redact(each));
  const fields = first instanceof Error ? { err: first } : first;
  const words = rest.length === 0 ? nameOfError(fields) : rest.map((each) => redact(each));
  return [fields, ...words];
}

function nameOfError(fields: unknown): readonly string[] {
  const err = typeof fields === "object" && fields !== null && "err" in fields ? fields.err : undefined;
  return err instanceof Error ? [err.name] : [];
}

/**
 * Writes a line for each move, each probe, and each call that was not served by the first credential it tried, until
 * the function that it returns is called. Before a move comes the change of the machine that it was: what `keyswitch
 * replay` reads.
 */
export function logMoves(models: Iterable<ObservedModel>, logger: Logger): () => void {
  const unlisten = [...models].flatMap((model) => [
    model.on("failover", (move) => logger.warn({ event: "failover", ...move }, moveText("failover", move))),
    model.on("exhausted", (move) => logger.warn({ event: "exhausted", ...move }, moveText("exhausted", move))),
    model.on("failback", (move) => logger.info({ event: "failback", ...move }, moveText("failback", move))),
    model.on("probe", (probe) => logProbe(logger, probe)),
    model.on("change", (change) => logChange(logger, change)),
    model.on("settled", (call) => logCall(logger, call)),
  ]);
  return () => {
    for (const stop of unlisten) stop();
  };
}

function moveText(event: string, { model, from, to, cause }: Move): string {
  return `${event}: ${model} ${from ?? "exhausted"} -> ${to ?? "exhausted"} (${cause})`;
}

function logProbe(logger: Logger, probe: ProbeEvent): void {
  const { model, credential, phase } = probe;
  const hasAnswered = phase === "proved" || phase === "failed";
  logger[hasAnswered ? "info" : "debug"]({ event: "probe", ...probe }, `probe ${phase}: ${model} ${credential}`);
}

/** Evidence that moves nothing comes with every call while all credentials fail: it is for who debugs. */
function logChange(logger: Logger, change: ChangeEvent): void {
  const { model, told, before, after } = change;
  const isSameProbe = before.probe?.credential === after.probe?.credential;
  const isAside = told?.epoch !== undefined && before.epoch === after.epoch && isSameProbe;
  const level = isAside ? "debug" : "info";
  if (!logger.isLevelEnabled(level)) return;
  logger[level]({ event: "change", ...change }, `change ${change.change}: ${model} ${told?.type ?? "timer"}`);
}

/** How loud a call's end is: what no credential could serve is for an operator, a bad request or an abort is its caller's own. */
const levelOfResult = {
  served: "debug",
  cancelled: "debug",
  failed_fast: "info",
  interrupted: "warn",
  timed_out: "warn",
  all_failed: "error",
} as const satisfies Record<CallResult, string>;

function logCall(logger: Logger, settled: SettledEvent): void {
  const { model, call, result, credential, attempts, failures, durationMs } = settled;
  if (result === "served" && failures.length === 0) return;
  const level = levelOfResult[result];
  if (!logger.isLevelEnabled(level)) return;
  const trail = trailOf(settled);
  logger[level](
    { event: "call", model, call, result, credential, attempts, durationMs: Math.round(durationMs), trail },
    `call ${result}: ${model} [${trailText(trail)}]`,
  );
}
