import { findPackageJSON } from "node:module";
import { readFileSync } from "node:fs";
import type { Command, CommandEntry, ExitCode } from "./command.ts";

const columns = 100;

/** What `keyswitch --help` prints. */
export function overviewText(commands: readonly CommandEntry[]): string {
  return [
    "keyswitch: when one API key fails, the next one answers.",
    "",
    "Usage: keyswitch COMMAND [OPTION…]",
    "",
    "Commands:",
    ...listed(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options:",
    ...listed([
      ["--help, -h", "this text; after a command, its own"],
      ["--version", "the version"],
      ["--json", "output as JSON, one object a line, with every command"],
    ]),
    "",
    "Start with:",
    "  keyswitch demo --once          watch calls survive failing keys; needs no key and no configuration",
    "  keyswitch help simulate        what a command is for, with examples to paste",
    "",
    "Exit codes: 0 done, 1 found a fault, 2 wrong input.",
  ].join("\n");
}

/** What `keyswitch help COMMAND` prints. */
export function commandText({ name, summary }: CommandEntry, command: Command): string {
  const { usage, paragraphs, options, examples, exits } = command;
  return [
    `keyswitch ${name}: ${summary}`,
    "",
    ...usageLines(name, usage),
    ...paragraphs.flatMap((paragraph) => ["", ...wrapped(paragraph, columns)]),
    "",
    "Options:",
    ...listed([
      ...Object.entries(options).map(([option, { value, says }]): [string, string] => [
        value === undefined ? `--${option}` : `--${option} ${value}`,
        says,
      ]),
      ["--help, -h", "this text"],
    ]),
    "",
    "Examples:",
    ...examples.flatMap(({ says, line, needs }) => [`  # ${says}${needs ? `; needs ${needs}` : ""}`, `  ${line}`]),
    "",
    "Exit codes:",
    ...listed(([0, 1, 2] satisfies ExitCode[]).flatMap((code) => (exits[code] ? [[String(code), exits[code]]] : []))),
  ].join("\n");
}

/** This package's version. */
export function version(): string {
  const path = findPackageJSON(import.meta.url);
  const { version: found } = JSON.parse(readFileSync(path ?? "", "utf8")) as { readonly version: string };
  return found;
}

/** An option stays in one piece with its value. */
function usageLines(name: string, usage: string): string[] {
  const pieces = usage.replaceAll(/ (?=[^[\]]*\])/g, "\u00A0");
  const [first = "", ...rest] = wrapped(`Usage: keyswitch ${name} ${pieces}`.trimEnd(), columns);
  const indent = " ".repeat(`Usage: keyswitch ${name} `.length);
  return [first, ...rest.map((line) => `${indent}${line}`)].map((line) => line.replaceAll("\u00A0", " "));
}

function listed(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2;
  return rows.flatMap(([term, meaning]) => {
    const [first = "", ...rest] = wrapped(meaning, columns - width - 2);
    return [`  ${term.padEnd(width)}${first}`, ...rest.map((line) => `  ${"".padEnd(width)}${line}`)];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
