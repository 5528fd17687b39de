import { stripVTControlCharacters } from "node:util";
import { type Paint, printable, type Terminal } from "../terminal.ts";
import type { ShownModel } from "./model-report.ts";
import type { RecentTraffic } from "./recent-traffic.ts";

type Cell = string | readonly [text: string, paint: Paint];

const heading = ["", "state", "upstream", "attempts", "served", "failed", "tokens in", "out"];
const recently = "the last looks";
/** Numbers stand at the right of their column. */
const firstNumber = 3;

/**
 * How models stand, as lines of one table.
 *
 * @param traffic - What their credentials did from look to look, for one that is kept up to date.
 */
export function statusLines(
  models: readonly ShownModel[],
  { paint }: Pick<Terminal, "paint">,
  traffic?: RecentTraffic,
): readonly string[] {
  const titles = traffic === undefined ? heading : [...heading, recently];
  const rows = models.map((model) =>
    model.credentials.map((credential) => {
      const row = rowOf(model, credential);
      return traffic === undefined ? row : [...row, traffic.barsOf(model.model, credential)];
    }),
  );
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.flat().map((row) => textOf(row[column] ?? "").length)),
  );
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, column) => padded(cell, column, widths[column] ?? 0, paint))
      .join("  ")
      .trimEnd();
  return models.flatMap((model, index) => [
    `${paint("bold", printable(model.model))}  ${paint("dim", summaryOf(model))}`,
    ...(index === 0 ? [paint("dim", line(titles))] : []),
    ...(rows[index] ?? []).map(line),
  ]);
}

function rowOf(model: ShownModel, credential: string): readonly Cell[] {
  const usage = model.usage[credential];
  const upstream = model.upstreams[credential];
  const failed = Object.values(usage?.failures ?? {}).reduce((sum, each) => sum + each, 0);
  return [
    `  ${printable(credential)}`,
    stateOf(model, credential),
    printable(`${upstream?.provider ?? ""} ${upstream?.model ?? ""}`),
    ...[usage?.attempts, usage?.served, failed, usage?.inputTokens, usage?.outputTokens].map((each = 0) =>
      String(each),
    ),
  ];
}

function stateOf({ active, probing, disabled, cooldowns }: ShownModel, credential: string): Cell {
  const coolingMs = cooldowns[credential];
  if (disabled.includes(credential)) return ["disabled", "gray"];
  if (credential === probing) return ["probing", "cyan"];
  if (credential === active) return ["serves", "green"];
  return coolingMs === undefined ? ["ready", "gray"] : [`rests ${timeText(coolingMs)}`, "yellow"];
}

function summaryOf({ active, epoch, nextProbeInMs }: ShownModel): string {
  const moves = `${epoch} ${epoch === 1 ? "move" : "moves"}`;
  const next = nextProbeInMs === null ? "" : `, next probe in ${timeText(nextProbeInMs)}`;
  return `${active === null ? "exhausted" : `served by ${printable(active)}`}, ${moves}${next}`;
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 600 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

const textOf = (cell: Cell): string => (typeof cell === "string" ? cell : cell[0]);

function padded(cell: Cell, column: number, width: number, paint: Terminal["paint"]): string {
  const text = column < firstNumber ? textOf(cell).padEnd(width) : textOf(cell).padStart(width);
  return typeof cell === "string" ? text : paint(cell[1], text);
}

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const clearBelow = "\u001B[J";

/** A screen that is drawn over itself. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Gives the cursor back. */
  end(): void;
}

/** Makes a screen below what the terminal shows. */
export function createScreen({ draw, columns, rows }: Pick<Terminal, "draw" | "columns" | "rows">): Screen {
  let drawn = 0;
  return {
    draw: (lines) => {
      const shown = lines.slice(0, rows - 1).map((line) => fitting(line, columns));
      const up = drawn === 0 ? "" : `\u001B[${drawn}A`;
      draw(`${hideCursor}${up}\r${clearBelow}${shown.join("\n")}\n`);
      drawn = shown.length;
    },
    end: () => draw(showCursor),
  };
}

/** A line that does not wrap: one that is too long loses its colours with its end. */
function fitting(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}
