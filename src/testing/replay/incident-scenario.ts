import { type ErrorClass, isRequestLevel } from "../../../machines/index.ts";
import { type KeyswitchConfig, type ModelConfig, parseConfig } from "../../config/index.ts";
import type { MachineState } from "../../engine/machine-state.ts";
import { UsageError } from "../../errors.ts";
import { runScenario } from "../simulate/index.ts";
import type { ScriptedOutcome, Step } from "../simulate/scenario.ts";
import type { ReplayedChange } from "./replay.ts";

/** An incident as `simulate` plays it, from the start of a model on. */
export interface IncidentScenario {
  readonly id: string;
  readonly model: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

/** A scenario made of a log. */
export interface Incident {
  readonly scenario: IncidentScenario;
  /**
   * Whether it moves home as the log has it, move by move. It may not where calls overlapped in a way that a scenario has
   * no words for, or were routed past a credential for what it lacks (S27).
   */
  readonly isFaithful: boolean;
}

/**
 * Turns what was replayed into scenarios, one for each time that a model began anew in the log. What came before a
 * model's first start is left out: a scenario begins with a fresh model.
 *
 * @throws ConfigError
 */
export async function incidentsOf(
  replayed: readonly ReplayedChange[],
  config: KeyswitchConfig,
): Promise<readonly Incident[]> {
  const { models } = parseConfig(config);
  const incidents: Incident[] = [];
  for (const [id, model] of Object.entries(models)) {
    const lives = livesOf(replayed.filter((change) => change.model === id));
    for (const [index, life] of lives.entries()) {
      const scenario = {
        id: lives.length === 1 ? id : `${id}-${index + 1}`,
        model: modelOf(model),
        steps: stepsOf(life),
      };
      incidents.push({ scenario, isFaithful: await movesAlike(scenario, life) });
    }
  }
  return incidents;
}

/** The stretches of a model's changes that begin with a fresh machine. */
function livesOf(changes: readonly ReplayedChange[]): readonly ReplayedChange[][] {
  const lives: ReplayedChange[][] = [];
  let life: ReplayedChange[] | undefined;
  for (const change of changes) {
    const last = life?.at(-1);
    const isStillFresh = last !== undefined && isFresh(last.after);
    if (isFresh(change.before) && !isStillFresh) lives.push((life = []));
    if (change.told?.type === "RESTORE") life = undefined;
    else life?.push(change);
  }
  return lives.filter(({ length }) => length > 0);
}

const isFresh = ({ epoch, probe, slots }: MachineState): boolean =>
  epoch === 0 && probe === null && Object.values(slots).every(({ failedAt }) => failedAt === undefined);

/** What the machine and the calls go by, without whom they reach; every turn is one attempt, as the log has turns. */
function modelOf({ credentials, failback, on_exhausted, timeout, deadline }: ModelConfig): IncidentScenario["model"] {
  return {
    credentials: credentials.map(({ id, disabled }) => (disabled ? { id, disabled } : id)),
    failback,
    on_exhausted,
    retry: { max_retries: 0 },
    timeout,
    deadline,
  };
}

/** What a step of the scenario is made of: what the log has, in milliseconds since the scenario's start. */
type Item = { readonly atMs: number } & (
  | { readonly step: Step | undefined }
  | { readonly word: Word; readonly isFirst: boolean; readonly isLast: boolean }
);

/** What a call said to the machine: that it took a probe's lease, or how a turn ended. */
interface Word {
  readonly call: string;
  readonly credential: string;
  /** `undefined` of a turn that has but begun. */
  readonly outcome: Plain | undefined;
}

/** An outcome before it takes time. */
type Plain =
  | { readonly ok: true }
  | { readonly cancel: true }
  | { readonly error: ErrorClass; readonly retry_after_s?: number };

function stepsOf(life: readonly ReplayedChange[]): readonly Step[] {
  const items = itemsOf(life);
  const steps: Step[] = [];
  let atMs = 0;
  const passUntil = (nextMs: number): void => {
    if (nextMs > atMs) steps.push({ advance: (nextMs - atMs) / 1_000 });
    atMs = Math.max(atMs, nextMs);
  };
  for (let index = 0; index < items.length;) {
    const item = items[index] as Item;
    const words = wholeCallAt(items, index);
    passUntil(item.atMs);
    if (words.length > 0) {
      steps.push({ call: scriptOf(words) });
      atMs = Math.max(atMs, words.at(-1)?.atMs ?? 0);
    } else if ("word" in item) steps.push(...inFlightSteps(item));
    else if (item.step !== undefined) steps.push(item.step);
    index += Math.max(1, words.length);
  }
  return steps;
}

function itemsOf(life: readonly ReplayedChange[]): readonly Item[] {
  const startedAt = life[0]?.after.at ?? 0;
  const places = life.map(({ told }, index) => [told?.call, index] as const);
  const [firstOf, lastOf] = [new Map(places.toReversed()), new Map(places)];
  const items: Item[] = [];
  let served = 0;
  for (const [index, { told, before, after }] of life.entries()) {
    // Rounded up, so that what was due is due.
    const atMs = Math.ceil(after.at - startedAt);
    const more = before.served - served;
    if (more > 0) items.push({ atMs: items.at(-1)?.atMs ?? 0, step: { calls: more } });
    served = after.served;
    const word = wordOf(told, before);
    if (word === undefined) items.push({ atMs, step: operatorStep(told) });
    else items.push({ atMs, word, isFirst: firstOf.get(word.call) === index, isLast: lastOf.get(word.call) === index });
  }
  return items;
}

function operatorStep(told: ReplayedChange["told"]): Step | undefined {
  if (told?.type === "RESET" || told?.type === "FAILBACK") return { op: told.type };
  if (told?.type !== "DISABLE" && told?.type !== "ENABLE") return undefined;
  return { op: told.type, slot: told.credential ?? "" };
}

function wordOf(told: ReplayedChange["told"], { probe }: MachineState): Word | undefined {
  if (told?.call === undefined) return undefined;
  const { type, call, credential = probe?.credential ?? "", retryAfterMs } = told;
  if (type === "PROBE") return { call, credential, outcome: undefined };
  if (type === "RELEASE") return { call, credential, outcome: { cancel: true } };
  if (type === "SUCCESS") return { call, credential, outcome: { ok: true } };
  const error = type.toLowerCase() as ErrorClass;
  const outcome = { error, ...(retryAfterMs !== undefined && { retry_after_s: retryAfterMs / 1_000 }) };
  return { call, credential, outcome };
}

type SpokenItem = Extract<Item, { readonly word: Word }>;

/** All that a call said, where nothing else happened from its first word to its last; else nothing. */
function wholeCallAt(items: readonly Item[], index: number): readonly SpokenItem[] {
  const words: SpokenItem[] = [];
  for (const item of items.slice(index, index + 2 * 50)) {
    if (!("word" in item) || (words.length === 0 ? !item.isFirst : item.word.call !== words[0]?.word.call)) return [];
    words.push(item);
    if (item.isLast) return words;
  }
  return [];
}

/** What each credential answers to a call; what it says later takes it the time in between. */
function scriptOf(words: readonly SpokenItem[]): Record<string, ScriptedOutcome[]> {
  const script: Record<string, ScriptedOutcome[]> = {};
  for (const [index, { word, atMs }] of words.entries()) {
    if (word.outcome === undefined) continue;
    const afterS = (atMs - (words[index - 1]?.atMs ?? atMs)) / 1_000;
    script[word.credential] = [afterS === 0 ? shortest(word.outcome) : { ...word.outcome, after_s: afterS }];
  }
  return script;
}

function shortest(outcome: Plain): ScriptedOutcome {
  if ("ok" in outcome) return "ok";
  return "error" in outcome && outcome.retry_after_s === undefined ? outcome.error : outcome;
}

/** A call that others spoke in between of: it is held in flight from word to word, and then served by whom it tries next. */
function inFlightSteps({ word: { call, outcome }, isFirst, isLast }: SpokenItem): readonly Step[] {
  const steps: Step[] = isFirst ? [{ start: call }] : [];
  if (outcome !== undefined) steps.push({ finish: call, outcome: shortest(outcome) });
  const goesOn = outcome !== undefined && "error" in outcome && !isRequestLevel(outcome.error);
  if (isLast && goesOn) steps.push({ finish: call, outcome: "ok" });
  return steps;
}

/** Whether a scenario moves home as the log has it. A scenario of which a step cannot be run does not. */
async function movesAlike(scenario: IncidentScenario, life: readonly ReplayedChange[]): Promise<boolean> {
  const recorded = life.filter(({ before, after }) => before.epoch !== after.epoch).map(({ after }) => after.home);
  try {
    const { recording } = await runScenario(scenario);
    const played = recording.homes.slice(1).map(({ credential }) => credential);
    // RESET may count an epoch without a move.
    return JSON.stringify(withoutRepeats(played)) === JSON.stringify(withoutRepeats(recorded));
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

const withoutRepeats = (homes: readonly (string | null)[]): readonly (string | null)[] =>
  homes.filter((home, index) => index === 0 || home !== homes[index - 1]);
