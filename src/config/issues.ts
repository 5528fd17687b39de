import type * as z from "zod";
import type { InputIssue } from "../errors.ts";
import { describe, hidden } from "./describe.ts";
import { nearest } from "./nearest.ts";
import { pathText, valueAt } from "./path.ts";
import type { Path } from "./path.ts";

const mostIssues = 100;

/** Members whose value is never shown, however harmless it looks: a key may be all digits. */
const secretMembers: ReadonlySet<string | number> = new Set([
  "api_key",
  "key",
  "admin_key",
  "ak",
  "sk",
  "extra_headers",
]);

/** Says in the configuration's own words what the schema found. */
export function inputIssues(error: z.ZodError, input: unknown): readonly InputIssue[] {
  return error.issues.flatMap((issue): readonly InputIssue[] => {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...path, key], issue.message));
    return [{ path: pathText(path), found: foundText(issue, path, input), wanted: wantedText(issue) }];
  });
}

/** What is told of all that was found: of each value the first thing, and no more of them than people read. */
export function toldIssues(issues: readonly InputIssue[]): readonly InputIssue[] {
  const told = onePerPath(issues);
  const untold = told.length - mostIssues;
  if (untold <= 0) return told;
  return [...told.slice(0, mostIssues), { path: "…", found: `${untold} more`, wanted: "none" }];
}

/** A value that was refused by itself may also break a rule; the first thing said of it is enough. */
function onePerPath(issues: readonly InputIssue[]): readonly InputIssue[] {
  const seen = new Set<string>();
  return issues.filter(({ path }) => path === "" || seen.size < seen.add(path).size);
}

function unknownKey(path: Path, knownKeys: string): InputIssue {
  const key = String(path.at(-1));
  const meant = nearest(key, knownKeys.split(", "));
  return {
    path: pathText(path),
    found: "an unknown key",
    wanted: meant === undefined ? `one of ${knownKeys}` : `${meant}, most likely`,
  };
}

function wantedText(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

function foundText(issue: z.core.$ZodIssue, path: Path, input: unknown): string {
  const found: unknown = issue.code === "custom" ? issue.params?.["found"] : undefined;
  if (typeof found === "string") return found;
  if (issue.code === "invalid_key") return `the name ${describe(path.at(-1))}`;
  const value = valueAt(input, path);
  return path.some((segment) => secretMembers.has(segment)) ? hidden(value) : describe(value);
}
