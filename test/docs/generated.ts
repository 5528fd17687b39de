import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/** Expects a page to be what the code says; with `UPDATE_DOCS=1` writes it instead. */
export function expectPage(page: string, lines: readonly string[]): void {
  const path = new URL(`../../docs/${page}`, import.meta.url);
  const generated = `${lines.join("\n")}\n`;
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, generated);

  expect(readFileSync(path, "utf8")).toBe(generated);
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
