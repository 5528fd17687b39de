import { firstTurn } from "../../../machines/index.ts";
import type { ModelSnapshot } from "../../engine/model-engine.ts";
import { foldKey, foldOf } from "../explore/index.ts";
import { runScenario, type ScenarioRun } from "../simulate/index.ts";
import type { ScriptedOutcome, Step } from "../simulate/scenario.ts";
import { type Story, type StoryOutcome, storyOutcomes, type StoryStep, type Word } from "./story.ts";
import { momentWords, pairTitle, stepWords } from "./story-words.ts";

/** A model as stories are told of it. */
export interface StoryModel {
  /** In order of priority. */
  readonly credentials: readonly string[];
  /** Its configuration, as a scenario takes it. */
  readonly scenario: Readonly<Record<string, unknown>>;
  readonly maxRetries: number;
  /** Calls that home serves before a counted failback; 0: never by count. */
  readonly requests: number;
  readonly minIntervalS: number;
  /** The wait that `stated_quota` states. */
  readonly statedS: number;
  /** Whether its service takes an operator's words. */
  readonly isOperated: boolean;
}

/** A state that the model can be brought into from outside, and a test for each thing that can happen there. */
export interface Chapter {
  readonly title: string;
  /** The shortest way there from the start. */
  readonly before: Story;
  readonly tests: readonly StoryTest[];
}

/** One test: what happens after the chapter's way, and the call that shows where it led. */
export interface StoryTest {
  readonly title: string;
  readonly steps: Story;
}

/** What is done, before it is known what comes of it. */
type Deed =
  | { readonly call: Readonly<Record<string, StoryOutcome>> }
  | { readonly calls: number }
  | { readonly skip: number }
  | { readonly operator: Word };

/** Something that can happen at a moment, of one deed or more. */
interface Occasion {
  readonly deeds: readonly Deed[];
  /** Whether the cover goes on from where it leads: an operator's word is tried everywhere, and followed nowhere. */
  readonly isFollowed: boolean;
}

const callUnhindered: Deed = { call: {} };

/**
 * Brings a model into each of its folded states by calls and by time, on a shortest way, and there lets happen all that a
 * caller, an upstream, the clock or an operator can do. What comes of it is what the real engine does, in virtual time.
 */
export async function coverStories(model: StoryModel): Promise<readonly Chapter[]> {
  const chapters: Chapter[] = [];
  const known = new Set([foldKey(foldOf(machineOf(await played(model, []))))]);
  const ways: (readonly Deed[])[] = [[]];
  for (const way of ways) {
    const here = await played(model, way);
    const tests: StoryTest[] = [];
    for (const { deeds, isFollowed } of occasionsIn(here, model)) {
      const there = await played(model, [...way, ...deeds, callUnhindered]);
      const steps = told(there, [...way, ...deeds, callUnhindered]).slice(way.length);
      tests.push({ title: pairTitle(steps, here.engine.snapshot()), steps });
      if (!isFollowed) continue;
      const after = await played(model, [...way, ...deeds]);
      const key = foldKey(foldOf(machineOf(after)));
      if (!known.has(key)) ways.push([...way, ...deeds]);
      known.add(key);
    }
    chapters.push({ title: chapterTitle(here, way), before: told(here, way), tests });
  }
  return chapters;
}

/** Stories of several chapters: what users of a model rely on, from beginning to end. */
export async function chosenPaths(model: StoryModel): Promise<readonly StoryTest[]> {
  if (model.credentials.length < 2) return [];
  const [first = ""] = model.credentials;
  const last = model.credentials.at(-1) ?? "";
  const paths: { readonly title: string; readonly deeds: readonly Deed[] }[] = [
    {
      title: `one credential dies after the other until ${last} serves, and the model comes back to ${first}`,
      deeds: await thereAndBack(model, model.credentials.slice(0, -1)),
    },
    {
      title: "every credential dies, and the model comes back to the first",
      deeds: await thereAndBack(model, model.credentials),
    },
    {
      title: `${first} rests as long as its provider says, and not a call is sent there before`,
      deeds: [
        { call: { [first]: "stated_quota" } },
        { skip: model.statedS - 1 },
        callUnhindered,
        { skip: 1 },
        callUnhindered,
      ],
    },
  ];
  if (model.isOperated) {
    paths.push({
      title: `${first} is taken out for maintenance, put back, and proved before it serves`,
      deeds: [
        { operator: { type: "DISABLE", credential: first } },
        callUnhindered,
        { operator: { type: "ENABLE", credential: first } },
        callUnhindered,
        { operator: { type: "FAILBACK" } },
        { call: { [first]: "transient" } },
        { operator: { type: "FAILBACK" } },
        callUnhindered,
      ],
    });
  }
  const tests: StoryTest[] = [];
  for (const { title, deeds } of paths) tests.push({ title, steps: told(await played(model, deeds), deeds) });
  return tests;
}

/** Credentials die one after the other, then recover and are proved as soon as they are due, until the first serves again. */
async function thereAndBack(model: StoryModel, dying: readonly string[]): Promise<readonly Deed[]> {
  const deeds: Deed[] = dying.map((_, index) => ({
    call: Object.fromEntries(dying.slice(0, index + 1).map((id) => [id, "auth"])),
  }));
  // Each step up is a failback at most, and stepwise there are as many as credentials.
  for (let steps = 0; steps <= 2 * model.credentials.length; steps += 1) {
    const { active, nextProbeInMs } = (await played(model, deeds)).engine.snapshot();
    if (active === model.credentials[0] || nextProbeInMs === null) break;
    deeds.push({ skip: nextProbeInMs / 1_000 }, callUnhindered);
  }
  return deeds;
}

function occasionsIn(run: ScenarioRun, model: StoryModel): readonly Occasion[] {
  const slots = run.engine.actor.getSnapshot().context;
  const { active, probing, served, nextProbeInMs } = run.engine.snapshot();
  const asked = model.credentials[firstTurn(slots, { tried: [] }, slots.at)?.slot ?? -1];
  const occasions: Occasion[] = [];
  const add = (isFollowed: boolean, ...deeds: readonly Deed[]): void => {
    occasions.push({ deeds, isFollowed });
  };

  if (asked !== undefined) {
    add(true, callUnhindered);
    for (const outcome of storyOutcomes) add(true, { call: { [asked]: outcome } });
    if (model.credentials.length > 1)
      add(true, { call: Object.fromEntries(model.credentials.map((id) => [id, "auth"])) });
  }
  if (nextProbeInMs !== null) add(true, { skip: nextProbeInMs / 1_000 });
  const mayCount = active !== null && probing === null && active !== model.credentials[0] && model.requests > 0;
  if (mayCount) add(true, { skip: model.minIntervalS }, { calls: Math.max(1, model.requests - served) });
  if (model.isOperated) for (const word of wordsIn(run.engine.snapshot())) add(false, { operator: word });
  return occasions;
}

function wordsIn({ active }: ModelSnapshot): readonly Word[] {
  const general: readonly Word[] = [{ type: "RESET" }, { type: "FAILBACK" }];
  return active === null ? general : [...general, { type: "DISABLE", credential: active }];
}

async function played(model: StoryModel, deeds: readonly Deed[]): Promise<ScenarioRun> {
  return runScenario({ id: "story", model: model.scenario, steps: deeds.map((deed) => scenarioStep(deed, model)) });
}

function scenarioStep(deed: Deed, { maxRetries, statedS }: StoryModel): Step {
  if ("calls" in deed) return { calls: deed.calls };
  if ("skip" in deed) return { advance: deed.skip };
  if ("operator" in deed) {
    const word = deed.operator;
    return "credential" in word ? { op: word.type, slot: word.credential } : { op: word.type };
  }
  const outcomeOf = (outcome: StoryOutcome): ScriptedOutcome =>
    outcome === "stated_quota" ? { error: "quota_exceeded", retry_after_s: statedS } : outcome;
  const attempts = maxRetries + 1;
  const script = Object.entries(deed.call).map(([id, outcome]) => [
    id,
    Array.from({ length: attempts }, () => outcomeOf(outcome)),
  ]);
  return { call: Object.fromEntries(script) as Record<string, ScriptedOutcome[]> };
}

const machineOf = ({ engine }: ScenarioRun) => engine.actor.getSnapshot();

/** The deeds with what came of them. */
function told({ report }: ScenarioRun, deeds: readonly Deed[]): Story {
  return deeds.map((deed, index): StoryStep => {
    const { attempts = [], result, by } = report.steps[index] ?? {};
    if ("call" in deed) return { ...deed, asked: attempts.map(([id]) => id), served: result === "served" };
    if (!("calls" in deed)) return deed;
    return { ...deed, asked: typeof by === "object" ? Object.keys(by) : [] };
  });
}

function chapterTitle(run: ScenarioRun, way: readonly Deed[]): string {
  const moment = momentWords(run.engine.snapshot());
  return way.length === 0
    ? `at the start, ${moment}`
    : `${moment}, after ${told(run, way).map(stepWords).join(", then ")}`;
}
