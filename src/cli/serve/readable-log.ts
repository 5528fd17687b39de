import type { Paint, Terminal } from "../terminal.ts";

const colors: Readonly<Record<string, Paint>> = {
  warn: "yellow",
  error: "red",
  fatal: "red",
  debug: "dim",
  trace: "dim",
};

/** Where a logger writes lines for people: the time and the words, in the colour of their level. */
export function readableLog({ draw, paint }: Pick<Terminal, "draw" | "paint">): { write(line: string): void } {
  return {
    write: (line) => {
      const { time, level, msg } = JSON.parse(line) as Readonly<Record<"time" | "level" | "msg", string>>;
      const color = colors[level];
      const words = color === undefined ? msg : paint(color, msg);
      draw(`${paint("dim", new Date(time).toTimeString().slice(0, 8))}  ${words}\n`);
    },
  };
}
