import { type Credential, parseModelConfig, runtimeModel } from "../../config/index.ts";
import { createModelEngine, type ModelEngine } from "../../engine/model-engine.ts";
import { UsageError } from "../../errors.ts";
import { createVirtualClock, type VirtualClock } from "../virtual-clock.ts";
import { assertCredentialsOf, createWeather, type Weather } from "./outages.ts";
import { fireNext, passUntil, quiet } from "./pass-time.ts";
import { record, type Recording } from "./recording.ts";
import { parseScenario, type Scenario, type ScriptedOutcome, type Step } from "./scenario.ts";
import { type CallReport, fromScript, type ScriptedCall, startScriptedCall } from "./scripted-call.ts";
import { classifyScripted } from "./scripted-failure.ts";
import { seededRandom } from "./seeded-random.ts";
import { type ScenarioSummary, summarise } from "./summary.ts";
import { runTraffic, type TrafficReport } from "./traffic.ts";

/** What one step showed. */
export interface StepReport extends Partial<Omit<CallReport, "by">>, Partial<Omit<TrafficReport, "by">> {
  /** The credential that served; for a `calls` or `traffic` step how many each did; of `calls` those that failed are `allFailed`. */
  readonly by?: string | Readonly<Record<string, number>>;
  /** Of a call that is still waiting. */
  readonly in_flight?: string;
  /** The home credential; `null` when exhausted. */
  readonly active: string | null;
  readonly probing?: string;
  readonly epoch: number;
}

/** What a scenario showed, one report a step. */
export interface ScenarioReport {
  readonly id: string;
  readonly steps: readonly StepReport[];
  /** What it comes to, of a scenario with outages or traffic. */
  readonly summary?: ScenarioSummary;
}

/** A scenario that ran, with all that is known of it. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  /** Ids of its credentials, in order of priority. */
  readonly credentials: readonly string[];
  readonly report: ScenarioReport;
  readonly summary: ScenarioSummary;
  readonly recording: Recording;
  /** The model as it stands at the end. */
  readonly engine: Pick<ModelEngine<Credential>, "actor" | "snapshot">;
  /** How the model stood after each step. */
  readonly standings: readonly Standing[];
}

/** What a step leaves, beside what it reports. */
interface Standing {
  /** In milliseconds since the scenario's start. */
  readonly atMs: number;
  /** The credentials that rest. */
  readonly cooling: readonly string[];
}

/** A scenario that is being run. */
interface Simulation {
  readonly engine: ModelEngine<Credential>;
  readonly clock: VirtualClock;
  readonly weather: Weather;
  readonly random: () => number;
  readonly started: Map<string, { readonly call: ScriptedCall; settle: (outcome: ScriptedOutcome) => void }>;
}

/**
 * Runs a scenario through the real machines and engine, in virtual time: jitter is off, and hours take no time.
 *
 * @param input - A {@link Scenario}: a model's configuration and what happens to it, step by step.
 * @throws UsageError or ConfigError that says where the scenario is wrong.
 */
export async function simulate(input: unknown): Promise<ScenarioReport> {
  return (await runScenario(input)).report;
}

/** As {@link simulate}, with what is drawn and compared. */
export async function runScenario(input: unknown): Promise<ScenarioRun> {
  const scenario = parseScenario(input);
  const { outages = [] } = scenario;
  const simulation = startSimulation(scenario);
  const { engine, clock } = simulation;
  const credentials = engine.policy.credentials.map(({ id }) => id);
  assertCredentialsOf(outages, credentials);

  const { recording, stop } = record(engine, clock);
  const steps: StepReport[] = [];
  const standings: Standing[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const shown = await runStep(simulation, step, index);
    const { active, probing, epoch, cooldowns } = engine.snapshot();
    steps.push({ ...shown, active, epoch, ...(probing !== null && { probing }) });
    standings.push({ atMs: clock.now(), cooling: Object.keys(cooldowns) });
  }
  stop();
  const summary = summarise(recording, outages, credentials);
  const isMeasured = outages.length > 0 || scenario.steps.some((step) => "traffic" in step);
  const report = { id: scenario.id, steps, ...(isMeasured && { summary }) };
  return { scenario, credentials, report, summary, recording, engine, standings };
}

function startSimulation({ id, model: { retry, ...model }, outages = [], seed = 1 }: Scenario): Simulation {
  const config = parseModelConfig({ ...model, retry: { ...retry, jitter: "none" } }, { plainCredentials: true });
  const clock = createVirtualClock();
  const engine = createModelEngine(runtimeModel(id, config), { classify: classifyScripted, clock });
  // Arrivals and outages draw from sources of their own, so that another setting of the model changes neither.
  const weather = createWeather(outages, clock, seededRandom(seed + 1));
  return { engine, clock, weather, random: seededRandom(seed), started: new Map() };
}

async function runStep(simulation: Simulation, step: Step, index: number): Promise<Partial<StepReport>> {
  const { engine, clock } = simulation;
  if ("start" in step) return start(simulation, step, index);
  if ("finish" in step) return finish(simulation, step, index);
  if ("call" in step) return runCall(simulation, step.call, "call");
  if ("stream" in step) return runCall(simulation, step.stream, "stream");
  if ("calls" in step) return { by: await runCalls(simulation, step.calls) };
  if ("traffic" in step) return runTraffic(simulation, step.traffic);
  if ("advance" in step) {
    await passUntil(clock, clock.now() + step.advance * 1_000);
    return {};
  }
  const operator = "slot" in step ? { type: step.op, slot: slotOf(engine, step.slot, index) } : { type: step.op };
  engine.operate(operator);
  return {};
}

function slotOf(engine: ModelEngine<Credential>, id: string, index: number): number {
  const slot = engine.policy.credentials.findIndex((credential) => credential.id === id);
  if (slot >= 0) return slot;
  const ids = engine.policy.credentials.map((credential) => JSON.stringify(credential.id));
  throw new UsageError({ path: `steps[${index}].slot`, found: JSON.stringify(id), wanted: `one of ${ids.join(", ")}` });
}

async function runCall(
  { engine, clock, weather }: Simulation,
  script: Parameters<typeof fromScript>[0],
  kind: "call" | "stream",
): Promise<CallReport> {
  const call = startScriptedCall(engine, clock, fromScript(script, weather), kind);
  return settled(clock, call);
}

async function runCalls({ engine, clock, weather }: Simulation, count: number): Promise<Record<string, number>> {
  const by: Record<string, number> = {};
  for (let done = 0; done < count; done += 1) {
    const { by: served = "allFailed" } = await settled(
      clock,
      startScriptedCall(engine, clock, (credential) => weather(credential) ?? "ok", "call"),
    );
    by[served] = (by[served] ?? 0) + 1;
  }
  return by;
}

async function start(simulation: Simulation, step: Extract<Step, { start: string }>, index: number) {
  const { engine, clock, started } = simulation;
  if (started.has(step.start)) throw misnamed(index, "start", step.start, "a name that is not in flight");
  let settle: (outcome: ScriptedOutcome) => void = () => {};
  const next = (): Promise<ScriptedOutcome> =>
    new Promise((resolve) => {
      settle = resolve;
    });
  const call = startScriptedCall(engine, clock, next, "call");
  started.set(step.start, { call, settle: (outcome) => settle(outcome) });
  await quiet();
  return outlook(simulation, step.start, call);
}

async function finish(simulation: Simulation, step: Extract<Step, { finish: string }>, index: number) {
  const known = simulation.started.get(step.finish);
  if (known === undefined) throw misnamed(index, "finish", step.finish, "the name of a call that is in flight");
  known.settle(step.outcome ?? "ok");
  await quiet();
  return outlook(simulation, step.finish, known.call);
}

/** What there is to tell of a call that may still be in flight. */
function outlook({ started }: Simulation, name: string, call: ScriptedCall): Partial<StepReport> {
  if (call.report === undefined) return call.inFlight === undefined ? {} : { in_flight: call.inFlight };
  started.delete(name);
  return call.report;
}

function misnamed(index: number, key: string, name: string, wanted: string): UsageError {
  return new UsageError({ path: `steps[${index}].${key}`, found: JSON.stringify(name), wanted });
}

/** Lets time pass until a call has ended. */
async function settled(clock: VirtualClock, call: ScriptedCall): Promise<CallReport> {
  for (;;) {
    await quiet();
    if (call.report !== undefined) return call.report;
    fireNext(clock);
  }
}
