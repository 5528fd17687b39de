import type { InputIssue } from "../errors.ts";
import { Secret } from "../secret.ts";
import { describe } from "./describe.ts";
import { pathText, valueAt } from "./path.ts";
import type { Path } from "./path.ts";

const deepest = 32;
const mostValues = 100_000;
const mostModels = 1000;

/**
 * What makes a value no configuration at all, whatever its keys mean: nesting that never ends, values that JSON does
 * not have. The schema, which recurses, is safe on what passes.
 */
export function shapeIssues(input: unknown): readonly InputIssue[] {
  const models = modelCount(input);
  if (models > mostModels) return [{ path: "", found: `${models} models`, wanted: `at most ${mostModels}` }];
  const issues: InputIssue[] = [];
  const pending: { readonly value: unknown; readonly path: Path }[] = [{ value: input, path: [] }];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    seen += 1;
    if (seen > mostValues) return [{ path: "", found: `more than ${mostValues} values`, wanted: "fewer" }];
    if (path.length > deepest) return [{ path: "", found: `more than ${deepest} levels of nesting`, wanted: "fewer" }];
    if (!isData(value))
      issues.push({ path: pathText(path), found: describe(value), wanted: "a value that JSON can hold" });
    else if (typeof value === "object" && value !== null && !Secret.is(value)) {
      if (Object.hasOwn(value, "__proto__")) {
        issues.push({
          path: pathText([...path, "__proto__"]),
          found: "a name that JavaScript gives a meaning",
          wanted: "another name",
        });
      }
      for (const [key, child] of Object.entries(value))
        pending.push({ value: child, path: [...path, keyOf(value, key)] });
    }
  }
  return issues;
}

function modelCount(input: unknown): number {
  const models = valueAt(input, ["models"]);
  return typeof models === "object" && models !== null ? Object.keys(models).length : 0;
}

function keyOf(container: object, key: string): string | number {
  return Array.isArray(container) ? Number(key) : key;
}

function isData(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value) || Secret.is(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
