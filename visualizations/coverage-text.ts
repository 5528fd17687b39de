import { type Cell, type CoverageMatrix, eventWords, groupsIn } from "../src/testing/explore/matrix.ts";
import { plainText } from "./plain-text.ts";

/** A coverage matrix as text: a paragraph a state, a line for all events that do the same there. */
export function coverageText(matrix: CoverageMatrix): string {
  return `${[...coverageParagraphs(matrix)].join("\n\n")}\n`;
}

/** The paragraphs of {@link coverageText} one by one: of fifty credentials they are 40 MB. */
export function* coverageParagraphs(matrix: CoverageMatrix): Generator<string, void, undefined> {
  yield plainText(matrix.title);
  for (const row of matrix.rows) {
    const lines = groupsIn(matrix, row)
      .filter(({ cell }) => cell.effect !== "impossible")
      .map(({ events, cell }) => `  ${cellWords(cell)}  ${eventWords(events)}`);
    yield [plainText(row.state), ...lines].join("\n");
  }
}

function cellWords(cell: Cell): string {
  switch (cell.effect) {
    case "moves":
      return `→ ${plainText(cell.to)}:`;
    case "changes":
      return `stays, and knows more (${plainText(cell.to)}):`;
    case "ignored":
      return `ignored, because ${cell.because}:`;
    case "impossible":
      return "cannot happen:";
  }
}
