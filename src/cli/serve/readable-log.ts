import type { Paint, Terminal } from "../terminal.ts";

const colors: Readonly<Record<string, Paint>> = {
  warn: "yellow",
  error: "red",
  fatal: "red",
  debug: "dim",
  trace: "dim",
};

/**
 * Where a logger writes lines for people: the time and the words, in the colour of their level. The changes of machines
 * are for `keyswitch replay`; a move is told beside them in words.
 */
export function readableLog({ draw, paint }: Pick<Terminal, "draw" | "paint">): { write(line: string): void } {
  return {
    write: (line) => {
      const { time, level, msg, event } = JSON.parse(line) as Readonly<
        Record<"time" | "level" | "msg" | "event", string>
      >;
      if (event === "change") return;
      const color = colors[level];
      const words = color === undefined ? msg : paint(color, msg);
      draw(`${paint("dim", new Date(time).toTimeString().slice(0, 8))}  ${words}\n`);
    },
  };
}
