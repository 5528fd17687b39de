import type { ErrorClass } from "../machines/events.ts";
import { classOfAll, turnEnds } from "../machines/rules.ts";

const marker = Symbol.for("keyswitch.error");

/** One failed attempt of a call, as errors tell it. Nothing but `error` comes from outside. */
export interface FailedAttempt {
  /** Id of the credential that was tried. */
  readonly credential: string;
  readonly class: ErrorClass;
  /** Number of the attempt in its call, from 1. */
  readonly index: number;
  /** The very error that the attempt threw. */
  readonly error: unknown;
  /** HTTP status of the upstream's answer, where there was one. */
  readonly status?: number | undefined;
  readonly durationMs: number;
}

/** One thing that is wrong with what the user gave us. Shows no secret. */
export interface InputIssue {
  /** Where, as in `models.chat.credentials[1].api_base`; empty for the whole. */
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

/**
 * Base of every error of this package.
 *
 * Match on {@link code}: it is stable within a major version, while messages are for people. `instanceof` works for all
 * of them, {@link AllCredentialsFailedError} and errors of another copy of the package included.
 */
export abstract class KeyswitchError extends Error {
  abstract readonly code: `KS_ERR_${string}`;

  get [marker](): true {
    return true;
  }

  /** Whether an error is of this package, or of another copy of it. */
  static isInstance(error: unknown): error is KeyswitchError {
    return typeof error === "object" && error !== null && marker in error;
  }

  /** Only the base looks at the marker; its subclasses, which inherit this method, look at the prototype chain. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return this === KeyswitchError
      ? KeyswitchError.isInstance(error)
      : Function.prototype[Symbol.hasInstance].call(this, error);
  }
}

/**
 * The configuration cannot be used. It holds everything that is wrong with it, not just the first thing.
 *
 * What to do: correct the lines of {@link issues}; nothing was started.
 */
export class ConfigError extends KeyswitchError {
  override readonly name = "ConfigError" as const;
  readonly code = "KS_ERR_CONFIG" as const;
  readonly issues: readonly InputIssue[];

  constructor(details: {
    readonly issues: readonly InputIssue[];
    readonly source?: string | undefined;
    readonly cause?: unknown;
  }) {
    const { issues, source = "The configuration", cause } = details;
    const faults = issues.length === 1 ? "an error" : `${issues.length} errors`;
    super([`${source} has ${faults}:`, ...issues.map((issue) => `  ${issueLine(issue)}`)].join("\n"), { cause });
    this.issues = issues;
  }
}

/**
 * An argument, a command line, a scenario or a key is not what it must be.
 *
 * What to do: correct the call; the command line exits with 2.
 */
export class UsageError extends KeyswitchError implements InputIssue {
  override readonly name = "UsageError" as const;
  readonly code = "KS_ERR_USAGE" as const;
  readonly path: string;
  readonly found: string;
  readonly wanted: string;

  constructor(details: InputIssue & { readonly cause?: unknown }) {
    super(issueLine(details), { cause: details.cause });
    this.path = details.path;
    this.found = details.found;
    this.wanted = details.wanted;
  }
}

/**
 * Every credential that the call may use has failed (S24).
 *
 * What to do: try again after {@link retryAfterMs}; alert if {@link class} is `auth` or `quota_exceeded`, since waiting
 * alone will not cure it.
 */
export class AllCredentialsFailedError extends AggregateError {
  override readonly name = "AllCredentialsFailedError" as const;
  readonly code = "KS_ERR_ALL_CREDENTIALS_FAILED" as const;
  readonly model: string;
  /** In the order they were made; empty if the call was rejected without one (S12). `errors` has their originals. */
  readonly attempts: readonly FailedAttempt[];
  /** Of how each credential's turn ended: `transient` if any did, else `quota_exceeded` if any, else `auth` if all, else `unknown`. */
  readonly class: ErrorClass;
  /** Milliseconds until the first credential's cooldown ends, 0 if one is over. */
  readonly retryAfterMs: number;

  constructor(details: {
    readonly model: string;
    readonly attempts: readonly FailedAttempt[];
    readonly retryAfterMs: number;
  }) {
    const { model, attempts, retryAfterMs } = details;
    const errorClass = classOfAll(turnEnds(attempts, (attempt) => attempt.credential));
    super(
      attempts.map((attempt) => attempt.error),
      `All credentials of model "${model}" failed (${errorClass}): ${attemptsLine(attempts)}; retry in ${seconds(retryAfterMs)}`,
    );
    this.model = model;
    this.attempts = attempts;
    this.class = errorClass;
    this.retryAfterMs = retryAfterMs;
  }

  get [marker](): true {
    return true;
  }

  /** For logs: without the originals, which may hold anything. */
  toJSON(): object {
    const { name, code, message, model, retryAfterMs } = this;
    return {
      name,
      code,
      message,
      model,
      class: this.class,
      retryAfterMs,
      attempts: this.attempts.map(withoutOriginal),
    };
  }
}

/**
 * The call's deadline passed, over all its attempts and waits (S26).
 *
 * What to do: give up or ask again with more time; {@link attempts} shows where it went.
 */
export class DeadlineExceededError extends KeyswitchError {
  override readonly name = "DeadlineExceededError" as const;
  readonly code = "KS_ERR_DEADLINE_EXCEEDED" as const;
  readonly model: string;
  readonly deadlineMs: number;
  /** What had failed before; the attempt that the deadline cut off is not among them. */
  readonly attempts: readonly FailedAttempt[];

  constructor(details: {
    readonly model: string;
    readonly deadlineMs: number;
    readonly attempts: readonly FailedAttempt[];
  }) {
    const { model, deadlineMs, attempts } = details;
    super(
      `The call of model "${model}" did not end within its deadline of ${seconds(deadlineMs)}: ${attemptsLine(attempts)}`,
    );
    this.model = model;
    this.deadlineMs = deadlineMs;
    this.attempts = attempts;
  }

  /** For logs: without the originals, which may hold anything. */
  toJSON(): object {
    const { name, code, message, model, deadlineMs } = this;
    return { name, code, message, model, deadlineMs, attempts: this.attempts.map(withoutOriginal) };
  }
}

/**
 * One attempt took longer than it may (S26). It counts as `transient`, so that a caller sees it only as the original of
 * an attempt, or where the model has a single credential.
 *
 * What to do: try again later, or raise the timeout that {@link limit} names.
 */
export class AttemptTimeoutError extends KeyswitchError {
  override readonly name = "AttemptTimeoutError" as const;
  readonly code = "KS_ERR_ATTEMPT_TIMEOUT" as const;
  readonly credential: string;
  /** The option that set the time. */
  readonly limit: "timeout" | "first_byte_timeout" | "idle_timeout";
  readonly timeoutMs: number;

  constructor(details: {
    readonly credential: string;
    readonly limit: AttemptTimeoutError["limit"];
    readonly timeoutMs: number;
  }) {
    const { credential, limit, timeoutMs } = details;
    super(`Credential "${credential}" did not answer within its ${limit} of ${seconds(timeoutMs)}`);
    this.credential = credential;
    this.limit = limit;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * A stream ended before its end: what was handed on is not the whole answer (S25).
 *
 * What to do: throw away or mark what arrived; asking again gives a new answer, not the rest of this one.
 */
export class StreamInterruptedError extends KeyswitchError {
  override readonly name = "StreamInterruptedError" as const;
  readonly code = "KS_ERR_STREAM_INTERRUPTED" as const;
  readonly model: string;
  readonly credential: string;

  constructor(details: { readonly model: string; readonly credential: string; readonly cause?: unknown }) {
    const { model, credential, cause } = details;
    super(`The stream of model "${model}" from credential "${credential}" was cut short`, { cause });
    this.model = model;
    this.credential = credential;
  }
}

/**
 * No credential may take the call: all are disabled (S14), or none can do what it asks for (S27).
 *
 * What to do: enable one, or add one with {@link capabilities}; waiting does not help.
 */
export class NoCredentialError extends KeyswitchError {
  override readonly name = "NoCredentialError" as const;
  readonly code = "KS_ERR_NO_CREDENTIAL" as const;
  readonly model: string;
  /** What the call asks for; empty if every credential is disabled. */
  readonly capabilities: readonly string[];

  constructor(details: { readonly model: string; readonly capabilities?: readonly string[] | undefined }) {
    const { model, capabilities = [] } = details;
    const lack = capabilities.length === 0 ? "is enabled" : `that is enabled can do ${capabilities.join(", ")}`;
    super(`No credential of model "${model}" ${lack}`);
    this.model = model;
    this.capabilities = capabilities;
  }
}

/**
 * A credential's key is not to be had: its file cannot be read, its command failed. It counts as `auth`, so that a
 * caller sees it only as the original of an attempt, or where the model has a single credential.
 *
 * What to do: run the command by hand, look at the file; both are tried again by themselves.
 */
export class KeyUnavailableError extends KeyswitchError {
  override readonly name = "KeyUnavailableError" as const;
  readonly code = "KS_ERR_KEY_UNAVAILABLE" as const;
  /** Where the key was to come from. */
  readonly source: "file" | "command";

  constructor(details: {
    readonly source: KeyUnavailableError["source"];
    /** The file's path, or the name of the command's program. */
    readonly name: string;
    /** The end of a sentence that begins with "it". */
    readonly fault: string;
  }) {
    const { source, name, fault } = details;
    super(`The ${source} "${name}" gives no key: it ${fault}`);
    this.source = source;
  }
}

/**
 * An upstream refuses a batch of inputs to be embedded, and no other credential would take it (S23): too large, unsafe or
 * malformed. `cause` is the attempt's own error.
 *
 * What to do: embed the inputs from {@link from} on, {@link count} of them, in smaller parts to find the one that is
 * refused, and set it aside; the others can be embedded.
 */
export class InputRefusedError extends KeyswitchError {
  override readonly name = "InputRefusedError" as const;
  readonly code = "KS_ERR_INPUT_REFUSED" as const;
  readonly model: string;
  readonly credential: string;
  readonly class: ErrorClass;
  /** Name of the rule that decided. */
  readonly rule: string;
  /** How many inputs came before the batch. */
  readonly from: number;
  /** How many inputs it has. */
  readonly count: number;

  constructor(details: {
    readonly model: string;
    readonly credential: string;
    readonly class: ErrorClass;
    readonly rule: string;
    readonly from: number;
    readonly count: number;
    readonly cause: unknown;
  }) {
    const { model, credential, from, count, rule, cause } = details;
    const inputs = count === 1 ? `input ${from}` : `inputs ${from} to ${from + count - 1}`;
    super(`Credential "${credential}" of model "${model}" refuses ${inputs}: ${details.class} (${rule})`, { cause });
    this.model = model;
    this.credential = credential;
    this.class = details.class;
    this.rule = rule;
    this.from = from;
    this.count = count;
  }
}

/**
 * An upstream answered with vectors that do not fit: of another length than the model's (S41), of another number than
 * its inputs, or no vectors at all. Nothing of the answer is handed on. The next credential is tried, so that a caller
 * sees it only as the original of an attempt, or where the model has a single credential.
 *
 * What to do: look at what the credential reaches; its vectors are not the model's.
 */
export class VectorMismatchError extends KeyswitchError {
  override readonly name = "VectorMismatchError" as const;
  readonly code = "KS_ERR_VECTOR_MISMATCH" as const;
  readonly credential: string;
  readonly found: string;
  readonly wanted: string;

  constructor(details: { readonly credential: string; readonly found: string; readonly wanted: string }) {
    const { credential, found, wanted } = details;
    super(`Credential "${credential}" answered with ${found}, wanted ${wanted}`);
    this.credential = credential;
    this.found = found;
    this.wanted = wanted;
  }
}

/**
 * The model was reconfigured while inputs were embedded, and its vectors are of another space now (S42).
 *
 * What to do: embed all of them anew; vectors of two spaces do not compare.
 */
export class VectorSpaceChangedError extends KeyswitchError {
  override readonly name = "VectorSpaceChangedError" as const;
  readonly code = "KS_ERR_VECTOR_SPACE_CHANGED" as const;
  readonly model: string;
  /** How many inputs had been sent by then. */
  readonly embedded: number;

  constructor(details: { readonly model: string; readonly embedded: number }) {
    const { model, embedded } = details;
    super(
      `The vectors of model "${model}" are of another space since its configuration changed, after ${embedded} inputs`,
    );
    this.model = model;
    this.embedded = embedded;
  }
}

/**
 * The configuration has no such model.
 *
 * What to do: use one of {@link known}.
 */
export class UnknownModelError extends KeyswitchError {
  override readonly name = "UnknownModelError" as const;
  readonly code = "KS_ERR_UNKNOWN_MODEL" as const;
  readonly model: string;
  readonly known: readonly string[];

  constructor(details: { readonly model: string; readonly known: readonly string[] }) {
    const { model, known } = details;
    super(`There is no model "${model}"; there is ${known.map((name) => `"${name}"`).join(", ")}`);
    this.model = model;
    this.known = known;
  }
}

/**
 * The circuit is open, or its one probe is under way (S31): the call was not made.
 *
 * What to do: come back after {@link retryAfterMs}.
 */
export class CircuitOpenError extends KeyswitchError {
  override readonly name = "CircuitOpenError" as const;
  readonly code = "KS_ERR_CIRCUIT_OPEN" as const;
  /** Milliseconds until a probe is let through; 0 while one is under way. */
  readonly retryAfterMs: number;

  constructor(details: { readonly retryAfterMs: number }) {
    super(`The circuit is open: retry in ${seconds(details.retryAfterMs)}`);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * The call came after `close()`, or was in flight when the time to drain was over.
 *
 * What to do: nothing, if the process is going down; else make calls before closing.
 */
export class ClosedError extends KeyswitchError {
  override readonly name = "ClosedError" as const;
  readonly code = "KS_ERR_CLOSED" as const;

  constructor() {
    super("This keyswitch is closed");
  }
}

function attemptsLine(attempts: readonly FailedAttempt[]): string {
  if (attempts.length === 0) return "no attempt had ended";
  return attempts
    .map((attempt) => [attempt.credential, attempt.class, attempt.status].filter(Boolean).join(" "))
    .join(", ");
}

function issueLine({ path, found, wanted }: InputIssue): string {
  return `${path === "" ? "" : `${path}: `}found ${found}, wanted ${wanted}`;
}

function withoutOriginal({ credential, class: errorClass, index, status, durationMs }: FailedAttempt): object {
  return { credential, class: errorClass, index, ...(status === undefined ? {} : { status }), durationMs };
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs) / 1000} s`;
}
