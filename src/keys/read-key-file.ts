import { readFileSync, statSync } from "node:fs";
import type { Secret } from "../secret.ts";
import type { KeyFault } from "./key-source.ts";
import { sealKey } from "./seal-key.ts";

const largestKeyFileBytes = 64 * 1024;

/** Reads the key in a file. */
export function readKeyFile(path: string): Secret | KeyFault {
  try {
    const { size } = statSync(path);
    if (size > largestKeyFileBytes) return { fault: `has ${size} bytes` };
    return sealKey(readFileSync(path, "utf8"), { hold: "holds", empty: "is empty" });
  } catch (error) {
    return { fault: `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
}
