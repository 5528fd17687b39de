import type { Timeline, TimelineStep } from "../../visualizations/timeline-svg.ts";
import type { Scenario, ScenarioReport, StepReport } from "../testing/simulate/index.ts";
import { credentialIds, resultWords, stepWords } from "./scenario-words.ts";

/** What there is to draw of a scenario that ran. */
export function timelineOf(scenario: Scenario, { id, steps }: ScenarioReport): Timeline {
  return {
    title: id,
    lanes: credentialIds(scenario),
    steps: steps.map((report, index): TimelineStep => {
      const step = scenario.steps[index];
      return {
        label: step === undefined ? "" : stepWords(step),
        home: report.active,
        probing: report.probing ?? null,
        attempts: attemptsOf(report),
        result: resultWords(report),
      };
    }),
  };
}

function attemptsOf({ attempts, by }: StepReport): TimelineStep["attempts"] {
  if (attempts !== undefined) return attempts.map(([lane, outcome]) => ({ lane, outcome }));
  return typeof by === "object" ? Object.keys(by).map((lane) => ({ lane, outcome: "ok" })) : [];
}
