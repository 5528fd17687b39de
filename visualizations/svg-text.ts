/** Text as XML takes it; the characters that XML 1.0 cannot hold at all are dropped. */
export function escaped(content: string): string {
  return content
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A line of text in a drawing. */
export function svgText(x: number, y: number, content: string, className = ""): string {
  return `<text${className === "" ? "" : ` class="${className}"`} x="${round(x)}" y="${round(y)}">${escaped(content)}</text>`;
}

/** Coordinates need no more than a tenth of a pixel. */
export const round = (value: number): number => Math.round(value * 10) / 10;
