import { z } from "zod";
import { errorClasses } from "../../../machines/index.ts";
import { describe } from "../../config/describe.ts";
import { type Path, pathText, valueAt } from "../../config/path.ts";
import { UsageError } from "../../errors.ts";

const seconds = z.number().nonnegative().max(1e9);
const errorClass = z.enum(errorClasses);

/** What one attempt answers. */
const outcome = z.union([
  z.literal("ok"),
  errorClass,
  z.strictObject({ ok: z.literal(true), after_s: seconds.optional() }),
  z.strictObject({ error: errorClass, after_s: seconds.optional(), items: z.int().nonnegative().max(1e6).optional() }),
  z.strictObject({ items: z.int().nonnegative().max(1e6), after_s: seconds.optional() }),
  z.strictObject({ cancel: z.literal(true), after_s: seconds.optional() }),
  z.strictObject({ hang: z.literal(true) }),
  // A raw failure, to be classified like a real one.
  z.strictObject({
    status: z.int().min(100).max(599).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    message: z.string().optional(),
    code: z.union([z.string(), z.number()]).optional(),
    cause: z.unknown().optional(),
    provider: z.string().optional(),
    after_s: seconds.optional(),
  }),
]);

const script = z.record(z.string(), z.array(outcome));

const step = z.union([
  z.strictObject({ call: script }),
  z.strictObject({ stream: script }),
  z.strictObject({ calls: z.int().nonnegative().max(1e7) }),
  z.strictObject({ start: z.string(), call: script.optional() }),
  z.strictObject({ finish: z.string(), outcome: outcome.optional() }),
  z.strictObject({ advance: seconds }),
  z.strictObject({ op: z.enum(["RESET", "FAILBACK"]) }),
  z.strictObject({ op: z.enum(["DISABLE", "ENABLE"]), slot: z.string() }),
]);

/** The strict shape of a scenario; its `model` is a model's configuration, checked where it is read. */
const scenarioSchema = z.strictObject({
  id: z.string().max(200),
  model: z.looseObject({ retry: z.looseObject({}).optional() }),
  steps: z.array(step).max(1e6),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type Step = z.output<typeof step>;
export type ScriptedOutcome = z.output<typeof outcome>;
export type Script = z.output<typeof script>;

const stepForms =
  'a step: {"call": {…}}, {"stream": {…}}, {"calls": N}, {"start": name}, {"finish": name, "outcome": …}, {"advance": seconds} or {"op": …, "slot"?: id}';
const outcomeForms =
  '"ok", an error class, {"ok": true, "after_s": s}, {"error": class}, {"cancel": true}, {"hang": true}, {"items": n} or a raw failure';

/**
 * Checks the shape of a scenario.
 *
 * @throws UsageError that says where it is wrong.
 */
export function parseScenario(input: unknown): Scenario {
  const parsed = scenarioSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fault = meantFault(parsed.error.issues[0], input, []);
  throw new UsageError({
    path: pathText(fault.path),
    found: describe(valueAt(input, fault.path)),
    wanted: wantedAt(fault),
  });
}

interface Fault {
  readonly path: Path;
  readonly message: string;
}

/**
 * The fault within the form that was meant, where one can be told: all that it finds wrong is there, and it knows every
 * key.
 */
function meantFault(issue: z.core.$ZodIssue | undefined, input: unknown, outer: Path): Fault {
  const path = [...outer, ...((issue?.path ?? []) as Path)];
  if (issue?.code === "invalid_union") {
    const meant = issue.errors.find((faults) => faults.every((fault) => isInside(fault, input, path)));
    if (meant !== undefined) return meantFault(meant[0], input, path);
  }
  return { path, message: issue?.message ?? "" };
}

function isInside({ code, path }: z.core.$ZodIssue, input: unknown, outer: Path): boolean {
  return path.length > 0 && code !== "unrecognized_keys" && valueAt(input, [...outer, ...(path as Path)]) !== undefined;
}

function wantedAt({ path, message }: Fault): string {
  if (path.length === 0) return "an object with id, model and steps";
  if (path[0] === "steps" && path.length === 2) return stepForms;
  return path[0] === "steps" && isOutcome(path) ? outcomeForms : message;
}

/** `steps[0].call.a[0]`, or `steps[0].outcome`. */
function isOutcome(path: Path): boolean {
  return path.length === 5 || (path.length === 3 && path[2] === "outcome");
}
