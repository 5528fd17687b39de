import { type History, historySvg } from "../../visualizations/history-svg.ts";
import { type Timeline, timelineSvg, type TimelineStep } from "../../visualizations/timeline-svg.ts";
import type { Outage, ScenarioRun, StepReport } from "../testing/simulate/index.ts";
import { resultWords, stepWords } from "./scenario-words.ts";

/** Draws a scenario that ran: over time where calls arrive by themselves, else over its steps. */
export function drawingOf(run: ScenarioRun): string {
  const isOverTime = run.scenario.steps.some((step) => "traffic" in step);
  return isOverTime ? historySvg(historyOf(run)) : timelineSvg(timelineOf(run));
}

function timelineOf(run: ScenarioRun): Timeline {
  const { scenario, credentials, report, standings } = run;
  const { outages = [] } = scenario;
  return {
    title: report.id,
    lanes: credentials,
    steps: report.steps.map((step, index): TimelineStep => {
      const words = scenario.steps[index];
      const { atMs = 0, cooling = [] } = standings[index] ?? {};
      const isOn = ({ from, to }: Outage): boolean => from * 1_000 <= atMs && atMs < to * 1_000;
      return {
        label: words === undefined ? "" : stepWords(words),
        home: step.active,
        probing: step.probing ?? null,
        cooling,
        out: outages.filter(isOn).map(({ credential }) => credential),
        attempts: attemptsOf(step),
        result: resultWords(step),
      };
    }),
  };
}

function attemptsOf({ attempts, by }: StepReport): TimelineStep["attempts"] {
  if (attempts !== undefined) return attempts.map(([lane, outcome]) => ({ lane, outcome }));
  return typeof by === "object" ? Object.keys(by).map((lane) => ({ lane, outcome: "ok" })) : [];
}

function historyOf({ scenario, credentials, report, recording }: ScenarioRun): History {
  const { outages = [] } = scenario;
  return {
    title: report.id,
    lanes: credentials,
    endMs: recording.endedAtMs,
    homes: recording.homes.map(({ fromMs, credential }) => ({ fromMs, lane: credential })),
    outages: outages.map(({ credential, from, to, outcome }) => ({
      lane: credential,
      fromMs: from * 1_000,
      toMs: to * 1_000,
      words: typeof outcome === "string" ? outcome : JSON.stringify(outcome),
    })),
    cooldowns: recording.cooldowns.map(({ credential, fromMs, toMs }) => ({ lane: credential, fromMs, toMs })),
    probes: recording.probes.map(({ credential, fromMs, toMs, end }) => ({ lane: credential, fromMs, toMs, end })),
    attempts: recording.attempts.map(({ credential, atMs, outcome }) => ({ lane: credential, atMs, outcome })),
  };
}
