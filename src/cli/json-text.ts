import { UsageError } from "../errors.ts";

/** No upstream nests deeper; millions of levels, which fit into a line, would occupy the garbage collector for long. */
const deepest = 10_000;

/**
 * The value of a JSON text.
 *
 * @throws UsageError that says where it breaks off. Node's own error would quote the text, and with it a key.
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) {
    throw new UsageError({ path: "", found: `more than ${deepest} levels of nesting`, wanted: "fewer" });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const position = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(String(error))?.[1];
    const where = position === undefined ? "" : ` (character ${Number(position) + 1})`;
    throw new UsageError({ path: "", found: `a text that is not JSON${where}`, wanted: "JSON" });
  }
}

const codes = { quote: 0x22, backslash: 0x5c, openList: 0x5b, closeList: 0x5d, openObject: 0x7b, closeObject: 0x7d };

/** Counts brackets outside of strings; of a text that is not JSON it may say anything. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length && depth <= deepest; at += 1) {
    const code = text.charCodeAt(at);
    if (code === codes.quote) isString = !isString;
    else if (isString) at += code === codes.backslash ? 1 : 0;
    else if (code === codes.openList || code === codes.openObject) depth += 1;
    else if (code === codes.closeList || code === codes.closeObject) depth -= 1;
  }
  return depth > deepest;
}
