import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import { ConfigError } from "../errors.ts";
import type { InputIssue } from "../errors.ts";
import { describe } from "./describe.ts";
import { toldIssues } from "./issues.ts";
import { isOpenViking, parseOpenViking } from "./openviking/index.ts";
import { parseConfig } from "./parse.ts";
import type { Config, ParseOptions } from "./parse.ts";

/** The parser needs many times the text's size, in time as in memory. */
const largestFileBytes = 1024 * 1024;

/**
 * Reads a configuration from a YAML or JSON file. Relative paths in it start from its own directory. An OpenViking
 * `ov.conf` is taken as it stands.
 *
 * @throws ConfigError if the file cannot be read or parsed, or with everything that is wrong in it.
 */
export async function loadConfig(path: string, options: Pick<ParseOptions, "env"> = {}): Promise<Config> {
  const input = await readConfig(path);
  const parse = isOpenViking(input) ? parseOpenViking : parseConfig;
  return parse(input, { ...options, baseDir: dirname(resolve(path)), source: path });
}

/**
 * The value of a YAML or JSON file, unchecked.
 *
 * @throws ConfigError if the file cannot be read or parsed.
 */
export async function readConfig(path: string): Promise<unknown> {
  return parseText(await readText(path), path);
}

/**
 * The value of a YAML text, JSON included.
 *
 * @throws ConfigError that tells the line. The text itself, which may hold keys, is never quoted.
 */
export function parseText(text: string, source: string): unknown {
  const lines = new LineCounter();
  const wanted = "valid YAML or JSON";
  try {
    // The parser's own search for keys that are there twice compares each with each.
    const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, strict: true, uniqueKeys: false });
    const faults = faultsIn(document).map(({ what, offset }): InputIssue => {
      const { line, col } = lines.linePos(offset);
      return { path: "", found: `${what} at line ${line}, column ${col}`, wanted };
    });
    if (faults.length > 0) throw new ConfigError({ issues: toldIssues(faults), source });
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // The parser recurses, and refuses aliases that unfold to more than they are worth.
    const found = error instanceof RangeError ? "nesting too deep to read" : "too many aliases";
    throw new ConfigError({ issues: [{ path: "", found, wanted }], source });
  }
}

interface Fault {
  readonly what: string;
  /** Where in the text. */
  readonly offset: number;
}

function faultsIn(document: Document.Parsed): readonly Fault[] {
  const faults = [...document.errors, ...document.warnings].map(({ code, pos }): Fault => {
    return { what: code.toLowerCase().replaceAll("_", " "), offset: pos[0] };
  });
  return faults.length > 0 ? faults : [...repeatedKeys(document), ...lostAliases(document)];
}

function repeatedKeys(document: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Map: (_place, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) faults.push({ what: "duplicate key", offset: key.range?.[0] ?? 0 });
        seen.add(key.value);
      }
    },
  });
  return faults;
}

/** A value that begins with `*` is YAML's word for another value, which has to stand before it with `&`. */
function lostAliases(document: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Value: (_place, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias: (_place, { source, range }) => {
      if (!anchors.has(source))
        faults.push({ what: "an alias (* …) of nothing, or a text that wants quotes,", offset: range?.[0] ?? 0 });
    },
  });
  return faults;
}

async function readText(path: string): Promise<string> {
  const refuse = (found: string, wanted: string): never => {
    throw new ConfigError({ issues: [{ path: "", found, wanted }], source: path });
  };
  if (typeof path !== "string")
    throw new ConfigError({ issues: [{ path: "", found: describe(path), wanted: "the path of a YAML or JSON file" }] });
  try {
    const { size } = await stat(path);
    if (size > largestFileBytes) return refuse(`${size} bytes`, `at most ${largestFileBytes}`);
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return refuse("bytes that are not UTF-8", "a text in UTF-8");
    const wanted =
      code === "ENOENT" ? "a YAML or JSON file, such as keyswitch init writes" : "a readable YAML or JSON file";
    return refuse(`a file that cannot be read (${code})`, wanted);
  }
}
