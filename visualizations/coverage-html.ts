import { type Cell, type CoverageMatrix, eventWords } from "../src/testing/explore/matrix.ts";
import { escaped } from "./svg-text.ts";

/** A coverage matrix as a page of its own: a row a state, a column for all events that do the same everywhere. */
export function coverageHtml(matrix: CoverageMatrix): string {
  const columns = columnsOf(matrix);
  const head = columns.map(({ events }) => `<th scope="col"><span>${escaped(eventWords(events))}</span></th>`).join("");
  const rows = matrix.rows.map(({ state, cells }) => {
    const shown = columns.map(({ index }) => cellHtml(state, cells[index])).join("");
    return `<tr><th scope="row">${escaped(state)}</th>${shown}</tr>`;
  });
  const title = escaped(`What can happen to ${matrix.title}`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>${style}</style>
<h1>${title}</h1>
<p>${matrix.rows.length} states, ${matrix.events.length} events. → moves, • changes what is known, · ignored (point at it for the reason), blank: cannot happen there.</p>
<table>
<thead><tr><th></th>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</html>
`;
}

/** Events that do the same in every state share a column. */
function columnsOf({ events, rows }: CoverageMatrix): readonly { readonly index: number; readonly events: string[] }[] {
  const columns = new Map<string, { readonly index: number; readonly events: string[] }>();
  for (const [index, event] of events.entries()) {
    const key = JSON.stringify(rows.map(({ cells }) => cells[index]));
    const column = columns.get(key) ?? { index, events: [] };
    column.events.push(event);
    columns.set(key, column);
  }
  return [...columns.values()];
}

function cellHtml(state: string, cell: Cell = { effect: "impossible" }): string {
  switch (cell.effect) {
    case "moves":
      return `<td class="moves">→ ${escaped(cell.to)}</td>`;
    case "changes":
      return `<td class="changes">•${cell.to === state ? "" : ` ${escaped(cell.to)}`}</td>`;
    case "ignored":
      return `<td class="ignored" title="ignored, because ${escaped(cell.because)}">·</td>`;
    case "impossible":
      return "<td></td>";
  }
}

const style = `
:root { color-scheme: light dark; font: 13px/1.4 system-ui, sans-serif; }
body { margin: 1.5rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8886; padding: 0.25rem 0.4rem; text-align: left; vertical-align: bottom; max-width: 16rem; }
thead th { position: sticky; top: 0; background: Canvas; font-weight: 500; }
tbody th { position: sticky; left: 0; background: Canvas; font-weight: 500; }
.moves { background: #2b8a3e22; }
.changes { background: #1971c222; }
.ignored { color: #888; text-align: center; }
`;
