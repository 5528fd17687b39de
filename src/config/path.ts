import { mayBeSecret } from "./describe.ts";

/** Where a value stands in a configuration. */
export type Path = readonly (string | number)[];

/** `models.chat.credentials[1].api_base`. */
export function pathText(path: Path): string {
  return path.map(segmentText).join("").replace(/^\./, "");
}

function segmentText(segment: string | number): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (mayBeSecret(segment) && !/^[a-z][a-z_]*$/.test(segment)) return `.(a key of ${segment.length} characters)`;
  return /^[\w-]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment.slice(0, 64))}]`;
}

/** The value at a place; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
