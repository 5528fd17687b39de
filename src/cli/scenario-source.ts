import { createReadStream } from "node:fs";
import { parseText } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { type InputLine, longestLineBytes, readLines } from "./input-lines.ts";
import { parseJson } from "./json-text.ts";

/** A scenario as it was found, or why there is none. */
export interface FoundScenario {
  /** Where, for errors: the file, with the line or the place in a list. */
  readonly place: string;
  /** Reads it. @throws UsageError or ConfigError if it is not readable. */
  readonly read: () => unknown;
}

/** YAML is read by a parser that needs many times the text's size. */
const longestYamlCharacters = 5 * 1024 * 1024;

/**
 * Finds the scenarios of a file, or of the standard input: JSON lines one at a time, or a JSON or YAML document with
 * one scenario or a list of them.
 *
 * @throws UsageError if the file cannot be read.
 */
export async function* scenariosOf(
  file: string | undefined,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<FoundScenario, void, undefined> {
  const source = file ?? "standard input";
  const lines = readLines(file === undefined ? input : createReadStream(file));
  try {
    yield* file?.endsWith(".jsonl") === true ? fromLines(lines, source) : fromEither(lines, source);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new UsageError({ path: source, found: `what cannot be read (${code})`, wanted: "a readable file" });
  }
}

async function* fromLines(lines: AsyncIterable<InputLine>, source: string): AsyncGenerator<FoundScenario> {
  for await (const line of lines) yield onLine(line, source);
}

/** A first line that is a whole object begins JSON lines; any other is the first of a document. */
async function* fromEither(
  lines: AsyncGenerator<InputLine, void, undefined>,
  source: string,
): AsyncGenerator<FoundScenario> {
  const { value: first } = await lines.next();
  if (first === undefined) throw new UsageError({ path: source, found: "nothing", wanted: "a scenario" });
  if ("fault" in first || isWholeObject(first.text)) {
    yield onLine(first, source);
    yield* fromLines(lines, source);
  } else {
    yield* fromDocument(await joined(first.number, first.text, lines, source), source);
  }
}

function onLine(line: InputLine, source: string): FoundScenario {
  return {
    place: `${source}, line ${line.number}`,
    read: () => {
      if ("fault" in line) throw line.fault;
      return parseJson(line.text);
    },
  };
}

const isWholeObject = (text: string): boolean => /^\s*\{.*\}\s*$/.test(text);

/** The text of a document, with its blank lines, so that errors name the right one. */
async function joined(
  firstNumber: number,
  firstText: string,
  lines: AsyncIterable<InputLine>,
  source: string,
): Promise<string> {
  let text = `${"\n".repeat(firstNumber - 1)}${firstText}\n`;
  let number = firstNumber;
  for await (const line of lines) {
    if ("fault" in line) {
      throw new UsageError({
        path: `${source}, line ${line.number}`,
        found: line.fault.found,
        wanted: line.fault.wanted,
      });
    }
    text += `${"\n".repeat(line.number - number - 1)}${line.text}\n`;
    number = line.number;
    if (text.length > longestLineBytes) {
      throw new UsageError({
        path: source,
        found: "a longer document",
        wanted: `at most ${longestLineBytes} characters`,
      });
    }
  }
  return text;
}

function* fromDocument(text: string, source: string): Generator<FoundScenario> {
  const value = documentIn(text, source);
  if (!Array.isArray(value)) {
    yield { place: source, read: () => value };
    return;
  }
  for (const [index, scenario] of value.entries())
    yield { place: `${source}, [${index}]`, read: () => scenario as unknown };
}

function documentIn(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (text.length > longestYamlCharacters) {
      throw new UsageError({ path: source, found: error.found, wanted: error.wanted });
    }
    return parseText(text, source);
  }
}

/** Whether an error says that the input is wrong. */
export function isWrongInput(error: unknown): error is UsageError | ConfigError {
  return error instanceof UsageError || error instanceof ConfigError;
}
