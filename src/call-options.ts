import { type Duration, parseDuration } from "../machines/index.ts";
import { describe } from "./config/describe.ts";
import type { CallLimits } from "./engine/model-engine.ts";
import type { StreamLimits } from "./engine/stream-model.ts";
import { UsageError } from "./errors.ts";

/** What a caller may say of one call. */
export interface CallOptions {
  /** Aborts the call in every state; it rejects with the signal's reason (S26). @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time allowed for the whole call, over all attempts and waits: seconds, or a text like `"30s"`. Past it the call
   * rejects with {@link DeadlineExceededError} (S26).
   *
   * @default the model's `deadline`
   */
  readonly deadline?: Duration | undefined;
  /** What the call needs; credentials that are known to lack it are passed over (S27). @default nothing */
  readonly capabilities?: readonly string[] | undefined;
}

/** What a caller may say of one stream. */
export interface StreamOptions<Item> extends CallOptions {
  /**
   * Whether an item carries output. The items before the first that does are held back, 64 at most, so that a failure
   * right after them still goes on to the next credential (S25).
   *
   * @default every item does
   */
  readonly carriesOutput?: ((item: Item) => boolean) | undefined;
}

/** How long closing waits. */
export interface CloseOptions {
  /**
   * Time for what is in flight to end: seconds, or a text like `"30s"`; `"none"`: as long as it takes. What is left then is
   * stopped with {@link ClosedError}, half-read streams too, and no credential is blamed for it (S26). Of two calls of
   * `close` the shorter time counts.
   *
   * @default "30s"
   */
  readonly drain?: Duration | undefined;
}

const none = {};

/** @throws UsageError for what says nothing. */
export function callLimits(options: CallOptions = none): CallLimits {
  if (options === none) return none;
  if (!isObject(options)) throw misuse("options", options, "an object");
  const { signal, deadline, capabilities } = options;
  if (signal !== undefined && !isAbortSignal(signal)) throw misuse("signal", signal, "an AbortSignal");
  if (capabilities !== undefined && !isListOfTexts(capabilities)) {
    throw misuse("capabilities", capabilities, 'a list of texts, as ["vision"]');
  }
  if (deadline === undefined) return { signal, capabilities };
  const deadlineMs = parseDuration(deadline);
  if (deadlineMs === undefined) throw misuse("deadline", deadline, 'seconds, or a text like "30s"');
  return { signal, capabilities, deadlineMs };
}

/** @throws UsageError for what says nothing. */
export function streamLimits<Item>(options: StreamOptions<Item> = none): StreamLimits<Item> {
  const limits = callLimits(options);
  const { carriesOutput } = options;
  if (carriesOutput !== undefined) assertFunction("carriesOutput", carriesOutput, "a function of an item");
  return { ...limits, carriesOutput };
}

/**
 * The time that closing waits, in milliseconds.
 *
 * @throws UsageError for what is no time.
 */
export function drainMs(options: CloseOptions = none): number | "none" {
  if (!isObject(options)) throw misuse("options", options, "an object");
  const { drain = defaultDrain } = options;
  const timeMs = drain === "none" ? drain : parseDuration(drain);
  if (timeMs === undefined) throw misuse("drain", drain, 'seconds, a text like "30s", or "none"');
  return timeMs;
}

/** Long enough for most answers, and what orchestrators commonly wait before they kill. */
const defaultDrain = "30s";

/** @throws UsageError for anything else: it would fail with each credential in turn, and let all of them rest. */
export function assertFunction(path: string, value: unknown, wanted: string): void {
  if (typeof value !== "function") throw misuse(path, value, wanted);
}

/** @throws UsageError for anything else. */
export function assertOneOf(path: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== "string" || !names.includes(value)) throw misuse(path, value, `one of ${names.join(", ")}`);
}

function misuse(path: string, found: unknown, wanted: string): UsageError {
  return new UsageError({ path, found: describe(found), wanted });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Not by its class: there are polyfills, and signals of other realms. */
function isAbortSignal(value: unknown): boolean {
  return isObject(value) && "aborted" in value && "addEventListener" in value;
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
