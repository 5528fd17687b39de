import { escaped, round, svgText as text } from "./svg-text.ts";

/** One step of a timeline. */
export interface TimelineStep {
  readonly label: string;
  /** The lane that is home after the step; `null`: exhausted. */
  readonly home: string | null;
  /** The lane that is to be proved. */
  readonly probing: string | null;
  /** The lanes that rest after the step. */
  readonly cooling: readonly string[];
  /** The lanes that are out by the scenario's schedule. */
  readonly out: readonly string[];
  /** What was tried, in order. */
  readonly attempts: readonly { readonly lane: string; readonly outcome: string }[];
  /** What came of it, for the tooltip. */
  readonly result: string;
}

/** Which credential was home when, and what each was asked. */
export interface Timeline {
  readonly title: string;
  /** Credentials in order of priority, the highest first. */
  readonly lanes: readonly string[];
  readonly steps: readonly TimelineStep[];
}

const stepWidth = 56;
const laneHeight = 44;
const top = 84;
const footer = 96;
const characterWidth = 7.5;

/** A drawing of more steps would be wider than browsers draw. */
const mostSteps = 500;

const exhausted = "exhausted";

const style = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #334155 }
  .title { font-size: 16px; font-weight: 600; fill: #0f172a }
  .small { font-size: 11px; fill: #64748b }
  .paper { fill: #ffffff }
  .lane { stroke: #e2e8f0 }
  .home { stroke: #2563eb; stroke-width: 5; fill: none; stroke-linejoin: round; stroke-linecap: round; opacity: .75 }
  .probe { fill: #fef3c7; stroke: #d97706; stroke-dasharray: 3 2 }
  .ok { fill: #16a34a }
  .failed { fill: #dc2626 }
  .undecided { fill: #94a3b8 }
  .mark { stroke: #ffffff; stroke-width: 1.5 }
  .cooling { fill: #94a3b8; opacity: .6 }
  .out { fill: #fee2e2; stroke: #f87171; stroke-dasharray: 2 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #cbd5e1 } .title { fill: #f1f5f9 } .small { fill: #94a3b8 }
    .paper { fill: #0f172a } .lane { stroke: #334155 } .home { stroke: #60a5fa }
    .probe { fill: #453209; stroke: #fbbf24 } .ok { fill: #4ade80 } .failed { fill: #f87171 }
    .mark { stroke: #0f172a } .out { fill: #4a1d24 }
  }
`;

/**
 * Draws a timeline as an SVG document of its own, for light and for dark: a lane a credential, the blue line is home after
 * each step, a dashed frame a credential that is being proved, a grey bar one that rests, a red field one that is out, a
 * dot an attempt.
 */
export function timelineSvg(timeline: Timeline): string {
  const steps = timeline.steps.slice(0, mostSteps);
  const lanes = [...timeline.lanes, exhausted];
  const left = Math.max(90, 32 + characterWidth * Math.max(...lanes.map((lane) => lane.length)));
  const width = Math.max(left + steps.length * stepWidth + 24, 690);
  const height = top + lanes.length * laneHeight + footer;
  const xOf = (index: number): number => left + (index + 0.5) * stepWidth;
  const yOf = (lane: string | null): number => top + (lanes.indexOf(lane ?? exhausted) + 0.5) * laneHeight;

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(timeline.title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    text(24, 30, timeline.title, "title"),
    legend(24, 54),
    ...steps.flatMap((step, index) => step.out.map((lane) => outField(lane, xOf(index), yOf))),
    ...lanes.flatMap((lane) => [
      `<line class="lane" x1="${left}" x2="${width - 24}" y1="${yOf(lane)}" y2="${yOf(lane)}"/>`,
      text(24, yOf(lane) + 4, lane, lane === exhausted ? "small" : ""),
    ]),
    ...steps.map((step, index) => probeFrame(step, xOf(index), yOf)),
    ...steps.flatMap((step, index) => step.cooling.map((lane) => coolingBar(lane, xOf(index), yOf))),
    homeLine(steps, xOf, yOf),
    ...steps.map((step, index) => stepMarks(step, index, xOf(index), yOf)),
    ...steps.map((step, index) => stepLabel(step, index, xOf(index), height - footer + 16)),
    timeline.steps.length > steps.length
      ? text(left, height - 10, `… and ${timeline.steps.length - steps.length} more steps`, "small")
      : "",
    "</svg>",
    "",
  ]
    .filter((line, index, all) => line !== "" || index === all.length - 1)
    .join("\n");
}

type Place = (lane: string | null) => number;

function homeLine(steps: readonly TimelineStep[], xOf: (index: number) => number, yOf: Place): string {
  const half = stepWidth / 2;
  const points = steps.flatMap(({ home }, index) => [
    `${xOf(index) - half + 8},${yOf(home)}`,
    `${xOf(index) + half - 8},${yOf(home)}`,
  ]);
  return points.length === 0 ? "" : `<polyline class="home" points="${points.join(" ")}"/>`;
}

function probeFrame({ probing }: TimelineStep, x: number, yOf: Place): string {
  if (probing === null) return "";
  const [width, height] = [stepWidth - 10, laneHeight - 14];
  return `<rect class="probe" x="${x - width / 2}" y="${yOf(probing) - height / 2}" width="${width}" height="${height}" rx="6"><title>${escaped(probing)} is to be proved by the next call</title></rect>`;
}

function coolingBar(lane: string, x: number, yOf: Place): string {
  return `<rect class="cooling" x="${x - stepWidth / 2 + 5}" y="${yOf(lane) + 9}" width="${stepWidth - 10}" height="4" rx="2"><title>${escaped(lane)} rests</title></rect>`;
}

function outField(lane: string, x: number, yOf: Place): string {
  return `<rect class="out" x="${x - stepWidth / 2}" y="${yOf(lane) - laneHeight / 2 + 2}" width="${stepWidth}" height="${laneHeight - 4}"><title>${escaped(lane)} is out</title></rect>`;
}

/** The attempts of a step, from left to right; those on one lane beside each other. */
function stepMarks({ attempts, result }: TimelineStep, index: number, x: number, yOf: Place): string {
  const gap = Math.min(12, (stepWidth - 16) / Math.max(1, attempts.length));
  return attempts
    .map(({ lane, outcome }, order) => {
      const at = x + (order - (attempts.length - 1) / 2) * gap;
      const title = `step ${index + 1}: ${lane} ${outcome}; ${result}`;
      return `<circle class="mark ${markOf(outcome)}" cx="${round(at)}" cy="${yOf(lane)}" r="5.5"><title>${escaped(title)}</title></circle>`;
    })
    .join("");
}

function markOf(outcome: string): string {
  if (outcome === "ok") return "ok";
  return outcome === "cancelled" || outcome === "timed_out" ? "undecided" : "failed";
}

function stepLabel({ label }: TimelineStep, index: number, x: number, y: number): string {
  const number = `<text class="small" x="${x}" y="${y}" text-anchor="middle">${index + 1}</text>`;
  return `${number}<text class="small" transform="translate(${x - 3},${y + 14}) rotate(40)">${escaped(shortened(label))}</text>`;
}

function legend(x: number, y: number): string {
  return [
    `<polyline class="home" points="${x},${y - 4} ${x + 24},${y - 4}"/>`,
    text(x + 32, y, "home", "small"),
    `<rect class="probe" x="${x + 80}" y="${y - 12}" width="24" height="16" rx="4"/>`,
    text(x + 112, y, "being proved", "small"),
    `<circle class="ok" cx="${x + 206}" cy="${y - 4}" r="5"/>`,
    text(x + 217, y, "served", "small"),
    `<circle class="failed" cx="${x + 272}" cy="${y - 4}" r="5"/>`,
    text(x + 283, y, "failed", "small"),
    `<circle class="undecided" cx="${x + 332}" cy="${y - 4}" r="5"/>`,
    text(x + 343, y, "given up by the caller", "small"),
    `<rect class="cooling" x="${x + 482}" y="${y - 7}" width="24" height="4" rx="2"/>`,
    text(x + 514, y, "rests", "small"),
    `<rect class="out" x="${x + 556}" y="${y - 12}" width="24" height="16"/>`,
    text(x + 588, y, "outage", "small"),
  ].join("");
}

const shortened = (label: string): string => (label.length > 18 ? `${label.slice(0, 17)}…` : label);
