import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "../errors.ts";
import type { CommandOption } from "./command.ts";

/** A command line, taken apart. */
export interface Arguments {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * Takes a command line apart.
 *
 * @throws UsageError for what the command does not take. Values are not quoted: one may be a key.
 */
export function parseArguments(
  args: readonly string[],
  known: Readonly<Record<string, CommandOption>>,
  mostOperands: number,
): Arguments {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { value }] of Object.entries(known)) {
    options[name] = { type: value === undefined ? "boolean" : "string" };
  }
  options["help"] = { type: "boolean", short: "h" };
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });

  const values: Record<string, string | boolean> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    assertKnown(token.name, token.rawName, options, known[token.name], token.value);
    values[token.name] = token.value ?? true;
  }
  if (operands.length > mostOperands) {
    const wanted = mostOperands === 0 ? "none" : `at most ${mostOperands}`;
    throw new UsageError({ path: "arguments", found: String(operands.length), wanted });
  }
  return { operands, options: values };
}

function assertKnown(
  name: string,
  path: string,
  options: ParseArgsOptionsConfig,
  option: CommandOption | undefined,
  value: string | undefined,
): void {
  if (!Object.hasOwn(options, name)) {
    const meant = nearest(name, Object.keys(options));
    const wanted =
      meant === undefined ? `one of ${Object.keys(options).map(dashed).join(", ")}` : `${dashed(meant)}, most likely`;
    throw new UsageError({ path: printedName(path), found: "an unknown option", wanted });
  }
  if (option?.value === undefined && value !== undefined) {
    throw new UsageError({ path: dashed(name), found: "a value", wanted: "none" });
  }
  if (option?.value !== undefined && (value === undefined || value === "")) {
    throw new UsageError({ path: dashed(name), found: "no value", wanted: `${dashed(name)} ${option.value}` });
  }
}

const dashed = (name: string): string => `--${name}`;

/** What was typed may be anything, and long. */
const printedName = (name: string): string => (name.length > 40 ? `${name.slice(0, 40)}…` : name);
