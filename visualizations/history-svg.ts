import { escaped, round, svgText } from "./svg-text.ts";

/** A stretch of time on a credential's lane, in milliseconds since the start. */
interface Stretch {
  readonly lane: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened to a model while calls kept arriving. */
export interface History {
  readonly title: string;
  /** Credentials in order of priority, the highest first. */
  readonly lanes: readonly string[];
  readonly endMs: number;
  /** Who was home from when on; `null`: exhausted. */
  readonly homes: readonly { readonly fromMs: number; readonly lane: string | null }[];
  readonly outages: readonly (Stretch & { readonly words: string })[];
  readonly cooldowns: readonly Stretch[];
  readonly probes: readonly (Stretch & { readonly end?: string | undefined })[];
  readonly attempts: readonly { readonly lane: string; readonly atMs: number; readonly outcome: string }[];
}

const exhausted = "exhausted";
const plotWidth = 960;
const laneHeight = 64;
const top = 92;
const footer = 56;
const characterWidth = 7.5;
/** Attempts are counted in columns of this width: a dot each would be a blot. */
const columnWidth = 6;
const tallest = 30;

const style = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #334155 }
  .title { font-size: 16px; font-weight: 600; fill: #0f172a }
  .small { font-size: 11px; fill: #64748b }
  .paper { fill: #ffffff }
  .lane { stroke: #cbd5e1 }
  .tick { stroke: #e2e8f0 }
  .outage { fill: #fee2e2; stroke: #f87171; stroke-dasharray: 2 2 }
  .cooldown { fill: #94a3b8; opacity: .55 }
  .home { stroke: #2563eb; stroke-width: 5; fill: none; stroke-linejoin: round; stroke-linecap: round }
  .move { stroke: #2563eb; stroke-width: 1.5 }
  .ok { fill: #16a34a; opacity: .6 }
  .failed { fill: #dc2626; opacity: .85 }
  .probe { fill: #fef3c7; stroke: #b45309; stroke-width: 1.5 }
  .proved { fill: #16a34a; stroke: #14532d; stroke-width: 1.5 }
  .vain { fill: #dc2626; stroke: #7f1d1d; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #cbd5e1 } .title { fill: #f1f5f9 } .small { fill: #94a3b8 }
    .paper { fill: #0f172a } .lane { stroke: #475569 } .tick { stroke: #263449 }
    .outage { fill: #4a1d24; stroke: #f87171 } .cooldown { fill: #94a3b8 }
    .home, .move { stroke: #60a5fa } .ok { fill: #4ade80 } .failed { fill: #f87171 }
    .probe { fill: #78500a; stroke: #fbbf24 } .proved { fill: #4ade80; stroke: #bbf7d0 } .vain { fill: #f87171; stroke: #fecaca }
  }
`;

/**
 * Draws a history as an SVG document of its own, over time, for light and for dark: a lane a credential; the blue line is
 * home, a red field an outage, a grey bar a cooldown, a diamond a probe, and the columns count what was served and what failed.
 */
export function historySvg(history: History): string {
  const { title, endMs } = history;
  const lanes = [...history.lanes, exhausted];
  const left = Math.max(90, 32 + characterWidth * Math.max(...lanes.map((lane) => lane.length)));
  const width = left + plotWidth + 24;
  const height = top + lanes.length * laneHeight + footer;
  const bottom = height - footer;
  const xOf = (ms: number): number => left + (Math.min(ms, endMs) / Math.max(1, endMs)) * plotWidth;
  const yOf = (lane: string | null): number => top + (lanes.indexOf(lane ?? exhausted) + 0.6) * laneHeight;

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    svgText(24, 30, title, "title"),
    ...legend(24, 58),
    ...ticks(endMs).flatMap((ms) => [
      `<line class="tick" x1="${round(xOf(ms))}" x2="${round(xOf(ms))}" y1="${top}" y2="${bottom}"/>`,
      `<text class="small" x="${round(xOf(ms))}" y="${bottom + 18}" text-anchor="middle">${clockWords(ms)}</text>`,
    ]),
    ...history.outages.map((outage) => outageField(outage, xOf, yOf)),
    ...lanes.flatMap((lane) => [
      `<line class="lane" x1="${left}" x2="${left + plotWidth}" y1="${round(yOf(lane))}" y2="${round(yOf(lane))}"/>`,
      svgText(24, yOf(lane) + 4, lane, lane === exhausted ? "small" : ""),
    ]),
    ...history.cooldowns.map((cooldown) => cooldownBar(cooldown, xOf, yOf)),
    ...columnsOf(history, left, yOf),
    ...homeLines(history, xOf, yOf),
    ...history.probes.map((probe) => probeMark(probe, xOf, yOf)),
    svgText(left, bottom + 40, `${history.attempts.length} attempts; time as hours:minutes`, "small"),
    "</svg>",
    "",
  ].join("\n");
}

type XOf = (ms: number) => number;
type YOf = (lane: string | null) => number;

function outageField({ lane, fromMs, toMs, words }: History["outages"][number], xOf: XOf, yOf: YOf): string {
  const [x, width] = [xOf(fromMs), Math.max(2, xOf(toMs) - xOf(fromMs))];
  const tip = `${lane} answers ${words}, ${clockWords(fromMs)} to ${clockWords(toMs)}`;
  return `<rect class="outage" x="${round(x)}" y="${round(yOf(lane) - laneHeight * 0.55)}" width="${round(width)}" height="${laneHeight - 10}" rx="4"><title>${escaped(tip)}</title></rect>`;
}

function cooldownBar({ lane, fromMs, toMs }: Stretch, xOf: XOf, yOf: YOf): string {
  const [x, width] = [xOf(fromMs), Math.max(1, xOf(toMs) - xOf(fromMs))];
  const tip = `${lane} rests from ${clockWords(fromMs)} to ${clockWords(toMs)}`;
  return `<rect class="cooldown" x="${round(x)}" y="${round(yOf(lane) + 6)}" width="${round(width)}" height="5" rx="2"><title>${escaped(tip)}</title></rect>`;
}

/** Home's stretches, and a thin line from each to the next. */
function homeLines({ homes, endMs }: History, xOf: XOf, yOf: YOf): string[] {
  return homes.flatMap(({ fromMs, lane }, index) => {
    const toMs = homes[index + 1]?.fromMs ?? endMs;
    const [x, y] = [round(xOf(fromMs)), round(yOf(lane))];
    const before = homes[index - 1];
    const tip = `home is ${lane ?? exhausted}, ${clockWords(fromMs)} to ${clockWords(toMs)}`;
    return [
      before === undefined ? "" : `<line class="move" x1="${x}" x2="${x}" y1="${round(yOf(before.lane))}" y2="${y}"/>`,
      `<line class="home" x1="${x}" x2="${round(xOf(toMs))}" y1="${y}" y2="${y}"><title>${escaped(tip)}</title></line>`,
    ].filter((line) => line !== "");
  });
}

function probeMark({ lane, fromMs, toMs, end }: History["probes"][number], xOf: XOf, yOf: YOf): string {
  const [x, y] = [round(xOf(Number.isFinite(toMs) ? toMs : fromMs)), round(yOf(lane))];
  const look = end === "proved" ? "proved" : end === "failed" ? "vain" : "probe";
  const tip = `probe of ${lane}, ${clockWords(fromMs)}: ${end ?? "due"}`;
  return `<path class="${look}" d="M${x - 7},${y} L${x},${y - 7} L${x + 7},${y} L${x},${y + 7} Z"><title>${escaped(tip)}</title></path>`;
}

/** How many attempts each lane served and failed, column by column, above its line. */
function columnsOf({ attempts, endMs, lanes }: History, left: number, yOf: YOf): string[] {
  const columns = Math.floor(plotWidth / columnWidth);
  const counts = new Map(lanes.map((lane) => [lane, Array.from({ length: columns }, () => ({ ok: 0, failed: 0 }))]));
  for (const { lane, atMs, outcome } of attempts) {
    const column = Math.min(columns - 1, Math.floor((atMs / Math.max(1, endMs)) * columns));
    const cell = counts.get(lane)?.[column];
    if (cell !== undefined) cell[outcome === "ok" ? "ok" : "failed"] += 1;
  }
  const most = Math.max(1, ...[...counts.values()].flat().map(({ ok, failed }) => ok + failed));
  return [...counts].flatMap(([lane, cells]) =>
    cells.flatMap(({ ok, failed }, column) => {
      const x = left + column * columnWidth;
      // What failed is drawn at least a pixel high: a single failure is what one looks for.
      const okHeight = (ok / most) * tallest;
      const failedHeight = failed === 0 ? 0 : Math.max(2, (failed / most) * tallest);
      return [
        bar("ok", x, yOf(lane) - 4, okHeight, `${lane}: ${ok} served`),
        bar("failed", x, yOf(lane) - 4 - okHeight, failedHeight, `${lane}: ${failed} failed`),
      ].filter((line) => line !== "");
    }),
  );
}

function bar(look: string, x: number, y: number, height: number, tip: string): string {
  if (height === 0) return "";
  return `<rect class="${look}" x="${round(x)}" y="${round(y - height)}" width="${columnWidth - 1}" height="${round(height)}"><title>${escaped(tip)}</title></rect>`;
}

/** Times for the axis: about eight, at round distances. */
function ticks(endMs: number): number[] {
  const steps = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map((seconds) => seconds * 1_000);
  const stepMs = steps.find((step) => endMs / step <= 8) ?? Math.ceil(endMs / 8 / 86_400_000) * 86_400_000;
  return Array.from({ length: Math.floor(endMs / stepMs) + 1 }, (_, index) => index * stepMs);
}

/** `1:05`, with seconds where there are any: `1:05:30`. */
function clockWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const rest = seconds % 60;
  const hours = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return rest === 0 ? hours : `${hours}:${two(rest)}`;
}

function legend(x: number, y: number): string[] {
  const diamond = (look: string, at: number): string =>
    `<path class="${look}" d="M${at - 6},${y - 4} L${at},${y - 10} L${at + 6},${y - 4} L${at},${y + 2} Z"/>`;
  return [
    `<line class="home" x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}"/>`,
    svgText(x + 30, y, "home", "small"),
    `<rect class="outage" x="${x + 76}" y="${y - 12}" width="22" height="16" rx="3"/>`,
    svgText(x + 105, y, "outage", "small"),
    `<rect class="cooldown" x="${x + 158}" y="${y - 7}" width="22" height="5" rx="2"/>`,
    svgText(x + 187, y, "cooldown", "small"),
    diamond("proved", x + 260),
    svgText(x + 272, y, "probe proved", "small"),
    diamond("vain", x + 358),
    svgText(x + 370, y, "failed", "small"),
    diamond("probe", x + 418),
    svgText(x + 430, y, "open", "small"),
    `<rect class="ok" x="${x + 474}" y="${y - 12}" width="5" height="14"/>`,
    svgText(x + 486, y, "attempts served", "small"),
    `<rect class="failed" x="${x + 584}" y="${y - 12}" width="5" height="14"/>`,
    svgText(x + 596, y, "failed", "small"),
  ];
}
