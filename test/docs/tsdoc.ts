import { readFileSync } from "node:fs";

/** A declaration and what its comment says. */
export interface Documented {
  readonly name: string;
  /** The comment's paragraphs before its first tag; a link shows its target. */
  readonly paragraphs: readonly string[];
  readonly defaultValue: string | undefined;
  /** What follows the name, up to the end of its line or block. */
  readonly code: string;
}

/** The exported interfaces or classes of a source file that is formatted as this repository's are. */
export function declarations(sourceFile: string, keyword: "interface" | "class"): readonly Documented[] {
  const source = readFileSync(new URL(`../../${sourceFile}`, import.meta.url), "utf8");
  const pattern = new RegExp(String.raw`${comment}export (?:abstract )?${keyword} (\w+)(.*?\n\})`, "gs");
  return [...source.matchAll(pattern)].map(documented);
}

/** The members of an interface that have a comment. */
export function membersOf(declaration: Documented): readonly Documented[] {
  return [...declaration.code.matchAll(new RegExp(String.raw`${comment}  readonly (\w+)(\??: [^;]+;)`, "gs"))].map(
    documented,
  );
}

const comment = String.raw`\/\*\*((?:(?!\*\/).)*)\*\/\n`;

function documented([, text = "", name = "", code = ""]: RegExpMatchArray): Documented {
  const lines = text.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim());
  const prose = lines
    .filter((line) => !line.startsWith("@"))
    .join("\n")
    .trim();
  const defaultLine = lines.find((line) => line.startsWith("@default "));
  return {
    name,
    paragraphs: prose
      .split(/\n\n+/)
      .map((paragraph) => paragraph.replaceAll("\n", " ").replaceAll(/\{@link (\w+)\}/g, "`$1`")),
    defaultValue: defaultLine?.slice("@default ".length),
    code,
  };
}
