import { parseModelConfig, runtimeModel } from "../../src/config/index.ts";
import type { Credential, ModelConfigInput } from "../../src/config/index.ts";
import { callModel } from "../../src/engine/call-model.ts";
import type { AttemptContext, TokenUsage } from "../../src/engine/call.ts";
import { type CallLimits, createModelEngine, type ModelEngine } from "../../src/engine/model-engine.ts";
import { streamModel } from "../../src/engine/stream-model.ts";
import type { Verdict } from "../../src/engine/verdict.ts";
import type { TracedModel } from "../../src/telemetry/traces.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/virtual-clock.ts";

/** A key that must be found nowhere. */
export const plantedKey = "sk-planted-0123456789abcdef";

/** An upstream's own words, which quote the key. */
export const upstreamText = `Incorrect API key provided: ${plantedKey}`;

/** A failure as an attempt throws it, with what it is to be classified as. */
export class Refusal extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Partial<Verdict> & Pick<Verdict, "class">) {
    super(upstreamText);
    this.verdict = { rule: `script.${verdict.class}`, ...verdict };
  }
}

/** How one attempt goes: it takes its time, then it answers with its tokens, or fails. */
export interface Play {
  readonly takesMs?: number;
  readonly fails?: Partial<Verdict> & Pick<Verdict, "class">;
  /** A stream's second item never comes, but this. */
  readonly failsLate?: Partial<Verdict> & Pick<Verdict, "class">;
  readonly tells?: TokenUsage;
}

/** A real model on a virtual clock, whose attempts follow a script: a credential's next play, else it answers at once. */
export interface ScriptedModel extends TracedModel {
  readonly engine: ModelEngine<Credential>;
  readonly clock: VirtualClock;
  call(script?: Readonly<Record<string, readonly Play[]>>, limits?: CallLimits): Promise<unknown>;
  stream(script?: Readonly<Record<string, readonly Play[]>>, limits?: CallLimits): Promise<unknown>;
  pass(durationMs: number): Promise<void>;
}

export function scriptedModel(id: string, config: Partial<ModelConfigInput> = {}): ScriptedModel {
  const clock = createVirtualClock();
  const parsed = parseModelConfig({
    api: "any",
    model: "gpt-4o-mini",
    credentials: [
      { id: "primary", provider: "openai", api_key: plantedKey },
      {
        id: "azure-east",
        provider: "azure",
        api_key: plantedKey,
        api_base: "https://east.example:8443",
        model: "mine",
      },
    ],
    retry: { max_retries: 0 },
    ...config,
  });
  const runtime = runtimeModel(id, parsed);
  const classify = (error: unknown): Verdict =>
    error instanceof Refusal ? error.verdict : { class: "unknown", rule: "script.unknown" };
  const engine = createModelEngine(runtime, { classify, clock });

  const untilSettled = async (work: Promise<unknown>): Promise<unknown> => {
    const ended = work.catch((error: unknown) => error);
    for (;;) {
      const isOver = await Promise.race([ended.then(() => true), quiet()]);
      if (isOver === true) return ended;
      const dueAt = clock.nextDueAt();
      if (dueAt !== undefined) clock.goTo(dueAt);
    }
  };

  return {
    id,
    kind: runtime.kind,
    credentials: runtime.credentials,
    on: (name, listener) => engine.listeners.on(name, listener),
    snapshot: () => engine.snapshot(),
    engine,
    clock,
    call: (script = {}, limits = {}) => {
      const next = reader(script);
      return untilSettled(callModel(engine, (context) => play(clock, next(context), context), limits));
    },
    stream: (script = {}, limits = {}) => {
      const next = reader(script);
      return untilSettled(
        readAll(
          streamModel(
            () => engine,
            (context) => open(clock, next(context), context),
            limits,
          ),
        ),
      );
    },
    pass: async (durationMs) => {
      const at = clock.now() + durationMs;
      while (clock.goTo(at)) await quiet();
    },
  };
}

type Context = AttemptContext<Credential>;

function reader(script: Readonly<Record<string, readonly Play[]>>): (context: Context) => Play {
  const read = new Map<string, number>();
  return ({ credential: { id } }) => {
    const index = read.get(id) ?? 0;
    read.set(id, index + 1);
    return script[id]?.[index] ?? {};
  };
}

async function play(
  clock: VirtualClock,
  { takesMs = 0, fails, tells }: Play,
  { recordUsage }: Context,
): Promise<string> {
  await new Promise<void>((resolve) => {
    clock.setTimer(resolve, takesMs, "foreground");
  });
  if (fails !== undefined) throw new Refusal(fails);
  if (tells !== undefined) recordUsage(tells);
  return "answer";
}

async function* open(clock: VirtualClock, script: Play, context: Context): AsyncGenerator<string> {
  const { tells, ...head } = script;
  yield await play(clock, head, context);
  if (script.failsLate !== undefined) throw new Refusal(script.failsLate);
  yield "more";
  if (tells !== undefined) context.recordUsage(tells);
}

async function readAll(stream: AsyncIterable<string>): Promise<readonly string[]> {
  const items: string[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** Resolves when every promise that can go on without the clock has done so. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
