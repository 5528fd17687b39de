import { readFileSync } from "node:fs";
import type { ErrorClass } from "../../../machines/index.ts";

/** Reads the rows of one file of observed answers; `test/fixtures/reference/README.md` tells what they are. */
export function readRows<Row>(file: string): Row[] {
  return readFile<{ readonly rows: Row[] }>(file).rows;
}

function readFile<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(`../../fixtures/reference/${file}.json`, import.meta.url), "utf8")) as Content;
}

/** How a model fails back, in a row's own words: a limit of 0 or less means always. */
export interface RowSettings {
  readonly n: number;
  readonly failback_timeout_s: number;
  readonly failback_request_count: number;
}

/** The same in ours, where 0 requests mean never by count, and always is a timeout of 0. */
export interface Settings {
  readonly n: number;
  readonly timeoutS: number;
  readonly requests: number;
}

/** The nearest configuration of ours: the pause after a failure neither grows nor has a least length. */
export function settingsOf({
  n,
  failback_timeout_s: timeoutS,
  failback_request_count: requests,
}: RowSettings): Settings {
  return requests > 0 ? { n, timeoutS: Math.max(0, timeoutS), requests } : { n, timeoutS: 0, requests: 0 };
}

const files = ["calls", "concurrency", "primary_backup", "retry"] as const;

/** Texts that some row has and none names the class of: the first makes its call go on, the second was never met. */
const unnamedClasses: readonly (readonly [string, ErrorClass])[] = [
  ["401 bad key", "auth"],
  ["trouble", "unknown"],
];

/** The class that the rows themselves give an error's text: our classifier has no say here. */
export function classOfText(text: string): ErrorClass {
  const errorClass = classes.get(text);
  if (errorClass === undefined) throw new Error(`no row says what class ${JSON.stringify(text)} is`);
  return errorClass;
}

function* seenClasses(value: unknown): Generator<readonly [string, ErrorClass]> {
  if (typeof value !== "object" || value === null) return;
  if ("message" in value && "class" in value) yield [String(value.message), value.class as ErrorClass];
  for (const child of Object.values(value)) yield* seenClasses(child);
}

const classes = new Map([...unnamedClasses, ...files.flatMap((file) => [...seenClasses(readFile(file))])]);
