import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** Expects a page to be what the code says; with `UPDATE_DOCS=1` writes it instead. */
export function expectPage(page: string, lines: readonly string[]): void {
  const path = new URL(`../../docs/${page}`, import.meta.url);
  const generated = `${lines.join("\n")}\n`;
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, generated);

  expect(readFileSync(path, "utf8")).toBe(generated);
}

/** As {@link expectPage} for one part of a page that is written by hand: what stands between its two marks. */
export function expectSection(page: string, name: string, lines: readonly string[]): void {
  const path = new URL(`../../docs/${page}`, import.meta.url);
  const written = readFileSync(path, "utf8");
  const [before = "", rest = ""] = split(written, `<!-- ${name}: `);
  const [opening = "", section] = split(rest, " -->\n");
  const [, after] = split(section ?? "", `<!-- /${name} -->`);
  const generated = `${before}<!-- ${name}: ${opening} -->\n\n${lines.join("\n")}\n\n<!-- /${name} -->${after ?? ""}`;
  if (process.env["UPDATE_DOCS"] === "1" && after !== undefined) writeFileSync(path, generated);

  expect(after, `marks of ${name}`).toBeDefined();
  expect(readFileSync(path, "utf8")).toBe(generated);
}

function split(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** A Markdown table, its columns aligned as the formatter aligns them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", String.raw`\|`)));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  const [head = "", ...body] = cells.map((row) => line(row, " "));
  return [head, line([], "-"), ...body];
}
