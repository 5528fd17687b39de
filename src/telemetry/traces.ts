import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { AttemptEvent, SettledEvent, StartedEvent } from "../engine/model-events.ts";
import { operationOf, providerNameOf } from "./gen-ai.ts";
import type { ObservedModel } from "./observed-model.ts";

/** A model with what its spans say of it. */
export interface TracedModel extends ObservedModel {
  readonly kind: string;
  /** In order of priority. */
  readonly credentials: readonly TracedCredential[];
}

/** A credential as far as spans tell of it: never its key. */
export interface TracedCredential {
  readonly id: string;
  readonly provider: string;
  /** The model's name at the upstream. */
  readonly model: string;
  readonly apiBase?: string | undefined;
}

/**
 * Makes a span of each call and, as its children, one of each attempt, until the function that it returns is called.
 *
 * A call's parent is the context that was active where the call was made. Tokens stand on the call's span alone, so
 * that a sum over all spans counts them once (S40). Without a registered SDK nothing is kept.
 *
 * @param tracer - Default: that of the SDK which the application registers, now or later.
 */
export function observeTraces(
  models: Iterable<TracedModel>,
  tracer: Tracer = trace.getTracer("keyswitch"),
): () => void {
  const stops = [...models].map((model) => traceModel(model, tracer));
  return () => {
    for (const stop of stops) stop();
  };
}

interface OpenCall {
  readonly span: Span;
  /** That of the caller, with the call's span in it. */
  readonly context: Context;
  readonly startedAt: number;
}

function traceModel(model: TracedModel, tracer: Tracer): () => void {
  const open = new Map<string, OpenCall>();
  const describer = createDescriber(model);

  const unlisten = [model.on("started", startCall)];

  function startCall({ call }: StartedEvent): void {
    const { name, atStart } = describer.present();
    // Attempts are dated by the same clock, in whole milliseconds: an SDK's own finer one would put them outside.
    const startedAt = Date.now();
    const span = tracer.startSpan(name, { ...atStart, startTime: startedAt });
    if (!span.isRecording()) return;
    span.setAttribute("keyswitch.call", call);
    open.set(call, { span, context: trace.setSpan(context.active(), span), startedAt });
    listenToEnds();
  }

  /** From the first span on that is recorded: without an SDK nobody is told of ends, so none is put into words. */
  function listenToEnds(): void {
    if (unlisten.length > 1) return;
    unlisten.push(model.on("attempt", endAttempt), model.on("settled", endCall));
  }

  function endAttempt(event: AttemptEvent): void {
    const call = open.get(event.call);
    const description = describer.descriptionOf(event.credential);
    if (call !== undefined && description !== undefined) recordAttempt(tracer, call, description, event);
  }

  function endCall(event: SettledEvent): void {
    const span = open.get(event.call)?.span;
    if (span === undefined) return;
    open.delete(event.call);
    span.setAttributes({ ...describer.descriptionOf(event.credential ?? "")?.request, ...endOfCall(event) });
    tellError(span, errorTypeOf(event));
    span.end(Date.now());
  }

  return () => {
    for (const stop of unlisten) stop();
    for (const { span } of open.values()) span.end();
    open.clear();
  };
}

/** What there is to say of a model's spans before its calls and attempts have anything to add. */
interface Describer {
  /** Of a call that begins now. */
  present(): { readonly name: string; readonly atStart: SpanOptions };
  /** Of an attempt with a credential that the model has, or had when the call began. */
  descriptionOf(credential: string): SpanDescription | undefined;
}

/** Makes one. A reload brings a model other credentials; those before it are kept for the calls that it found. */
function createDescriber(model: TracedModel): Describer {
  let described: TracedModel["credentials"] | undefined;
  let former = new Map<string, SpanDescription>();
  let descriptions = new Map<string, SpanDescription>();
  let name = model.kind;
  let atStart: SpanOptions = {};

  function describeAnew(): void {
    const { id, kind, credentials } = model;
    described = credentials;
    former = descriptions;
    descriptions = new Map(credentials.map((credential) => [credential.id, describe(kind, credential)]));
    // All credentials reach the same weights: until one has served, the first one's names stand for the call.
    const [first] = descriptions.values();
    name = first?.name ?? kind;
    atStart = { kind: SpanKind.INTERNAL, attributes: { ...first?.request, "keyswitch.model": id } };
  }

  return {
    present: () => {
      if (model.credentials !== described) describeAnew();
      return { name, atStart };
    },
    descriptionOf: (credential) => descriptions.get(credential) ?? former.get(credential),
  };
}

/** What the spans of one credential have in common. */
interface SpanDescription {
  readonly name: string;
  readonly request: Attributes;
  readonly server: Attributes;
}

function describe(kind: string, { provider, model, apiBase }: TracedCredential): SpanDescription {
  const operation = operationOf(kind);
  return {
    name: `${operation} ${model}`,
    request: {
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": providerNameOf(provider),
      "gen_ai.request.model": model,
    },
    server: serverOf(apiBase),
  };
}

function serverOf(apiBase: string | undefined): Attributes {
  const url = apiBase === undefined ? null : URL.parse(apiBase);
  if (url === null) return {};
  const defaultPort = url.protocol === "https:" ? 443 : 80;
  return { "server.address": url.hostname, "server.port": url.port === "" ? defaultPort : Number(url.port) };
}

/** An attempt is told when it ends: its span is made then, and dated back, not before its call's. */
function recordAttempt(
  tracer: Tracer,
  call: OpenCall,
  { name, request, server }: SpanDescription,
  { credential, index, outcome, rule, status, durationMs }: AttemptEvent,
): void {
  const endedAt = Date.now();
  const startTime = Math.max(call.startedAt, endedAt - durationMs);
  const attributes: Attributes = {
    ...request,
    ...server,
    "keyswitch.credential": credential,
    "keyswitch.attempt": index,
    ...(rule !== undefined && { "keyswitch.rule": rule }),
    ...(status !== undefined && { "http.response.status_code": status }),
  };
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes }, call.context);
  if (outcome !== "ok" && outcome !== "cancelled") tellError(span, outcome);
  span.end(endedAt);
}

function endOfCall({ result, credential, attempts, usage }: SettledEvent): Attributes {
  return {
    "keyswitch.result": result,
    "keyswitch.attempts": attempts,
    ...(credential !== undefined && { "keyswitch.credential": credential }),
    ...(usage?.inputTokens !== undefined && { "gen_ai.usage.input_tokens": usage.inputTokens }),
    ...(usage?.outputTokens !== undefined && { "gen_ai.usage.output_tokens": usage.outputTokens }),
  };
}

/** A caller's own abort is no error; a request that no key would help has its class, any other end its name. */
function errorTypeOf({ result, failures }: SettledEvent): string | undefined {
  if (result === "served" || result === "cancelled") return undefined;
  return result === "failed_fast" ? failures.at(-1)?.class : result;
}

/** The status has no description: an upstream's words may quote a prompt or a key. */
function tellError(span: Span, errorType: string | undefined): void {
  if (errorType === undefined) return;
  span.setAttribute("error.type", errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
