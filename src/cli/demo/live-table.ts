import { stripVTControlCharacters } from "node:util";
import type { AttemptEvent } from "../../engine/model-events.ts";
import type { ModelSnapshot } from "../../engine/model-engine.ts";
import type { Model } from "../../index.ts";
import type { Paint, Terminal } from "../terminal.ts";

/** A table of credentials that is drawn over itself. */
export interface LiveTable {
  readonly attempted: (event: AttemptEvent) => void;
  /** Adds a line below the table. */
  readonly news: (line: string) => void;
  readonly redraw: () => void;
  /** Draws once more and gives the cursor back. */
  readonly end: () => void;
}

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const clearBelow = "\u001B[J";
const upBy = (count: number): string => (count === 0 ? "" : `\u001B[${count}A`);

const heading = "  credential       state            attempts   served  last error";

/** Draws the state of models on a terminal. */
export function createLiveTable(models: readonly Model[], terminal: Terminal, inspectorUrl: string): LiveTable {
  const lastErrors = new Map<string, string>();
  const latest: string[] = [];
  let drawn = 0;

  const redraw = (): void => {
    const table = models.flatMap((model) => modelRows(model.snapshot(), lastErrors, terminal));
    const head = [terminal.paint("dim", heading), ...table, ""];
    const room = Math.max(0, terminal.rows - head.length - 2);
    const screen = [
      ...head,
      ...latest.slice(-room),
      `${terminal.paint("dim", "Look at it:")} ${inspectorUrl}  ${terminal.paint("dim", "Ctrl-C ends.")}`,
    ];
    const lines = screen.slice(0, terminal.rows - 1).map((line) => fitting(line, terminal.columns));
    terminal.draw(`${hideCursor}${upBy(drawn)}\r${clearBelow}${lines.join("\n")}\n`);
    drawn = lines.length;
  };

  return {
    attempted: ({ credential, outcome, rule, status }) => {
      if (outcome === "ok") return;
      lastErrors.set(credential, [outcome, status, rule].filter((word) => word !== undefined).join(" "));
    },
    news: (line) => {
      latest.push(line);
      if (latest.length > 100) latest.shift();
    },
    redraw,
    end: () => {
      redraw();
      terminal.draw(showCursor);
    },
  };
}

function modelRows(
  snapshot: ModelSnapshot,
  lastErrors: ReadonlyMap<string, string>,
  { paint }: Pick<Terminal, "paint">,
): string[] {
  const rows = snapshot.credentials.map((credential) => {
    const [state, color] = stateOf(snapshot, credential);
    const { attempts = 0, served = 0 } = snapshot.usage[credential] ?? {};
    return [
      `  ${credential.padEnd(16)}`,
      paint(color, state.padEnd(14)),
      String(attempts).padStart(10),
      String(served).padStart(8),
      ` ${lastErrors.get(credential) ?? ""}`,
    ].join(" ");
  });
  return [paint("bold", snapshot.model), ...rows];
}

function stateOf(snapshot: ModelSnapshot, credential: string): readonly [state: string, color: Paint] {
  const { active, probing, disabled, cooldowns } = snapshot;
  if (disabled.includes(credential)) return ["disabled", "gray"];
  if (credential === probing) return ["probing", "cyan"];
  if (credential === active) return ["home", "green"];
  const coolingMs = cooldowns[credential];
  return coolingMs === undefined ? ["ready", "gray"] : [`cooling ${Math.ceil(coolingMs / 1_000)} s`, "yellow"];
}

/** A line that does not wrap: one that is too long loses its colours with its end. */
function fitting(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}
