import { z } from "zod";
import { errorClasses } from "../../../machines/index.ts";
import { describe } from "../../config/describe.ts";
import { leaf } from "../../config/leaf.ts";
import { type Path, pathText, valueAt } from "../../config/path.ts";
import { canonicalDuration, durationMs, rate, wantedDuration } from "../../config/scalars.ts";
import { UsageError } from "../../errors.ts";

/** What is wanted where a value stands alone; an error in another's words would not say what a scenario is. */
const upTo = (most: number, what: string): { readonly error: string } => ({ error: `${what} from 0 to ${most}` });

const seconds = z.number(upTo(1e9, "seconds")).nonnegative(upTo(1e9, "seconds")).max(1e9, upTo(1e9, "seconds"));
const count = (most: number): z.ZodInt => {
  const wanted = upTo(most, "a whole number");
  return z.int(wanted).nonnegative(wanted).max(most, wanted);
};
const name = z.string({ error: "a text" });
/** A time or a span of it: seconds, or a text as a configuration takes it. Read as seconds. */
const span = leaf<number | string, number>((value, refuse) => {
  const accepted = canonicalDuration(value, true);
  return accepted === undefined ? refuse(wantedDuration(true)) : durationMs(accepted) / 1_000;
});
const errorClass = z.enum(errorClasses);

/** What one attempt answers. */
const outcome = z.union([
  z.literal("ok"),
  errorClass,
  z.strictObject({ ok: z.literal(true), after_s: seconds.optional() }),
  z.strictObject({
    error: errorClass,
    after_s: seconds.optional(),
    items: count(1e6).optional(),
    retry_after_s: seconds.optional(),
  }),
  z.strictObject({ items: count(1e6), after_s: seconds.optional() }),
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

/** When a credential does not answer as it should, and what it does instead. */
const outage = z
  .strictObject(
    {
      credential: name,
      from: span,
      to: span,
      outcome,
      share: z.number().gt(0).max(1, { error: "a share above 0 and at most 1" }).optional(),
    },
    { error: "an object with credential, from, to and outcome" },
  )
  .refine(({ from, to }) => from < to, { path: ["to"], error: "a time after its from" });

/** Calls that arrive by themselves. */
const traffic = z.strictObject(
  {
    rate: rate(),
    for: span,
    arrivals: z.enum(["poisson", "even"], { error: "poisson or even" }).optional(),
    latency: span.optional(),
  },
  { error: 'an object such as {"rate": "2/s", "for": "1h"}' },
);

const settings = z.record(z.string(), z.unknown(), { error: "an object of settings" });

/** What a model has otherwise where a scenario is compared. */
const variant = z.strictObject(
  {
    name: z.string({ error: "a text" }).max(80, { error: "at most 80 characters" }).optional(),
    failback: settings.optional(),
    retry: settings.optional(),
    on_exhausted: z.unknown().optional(),
  },
  { error: "an object with name, failback, retry or on_exhausted" },
);

const script = z.record(z.string(), z.array(outcome, { error: "a list of outcomes, one an attempt" }), {
  error: "an object of outcomes by credential",
});

const operators = "RESET, FAILBACK, DISABLE or ENABLE";

const step = z.union([
  z.strictObject({ call: script }),
  z.strictObject({ stream: script }),
  z.strictObject({ calls: count(1e7) }),
  z.strictObject({ traffic }),
  z.strictObject({ start: name, call: script.optional() }),
  z.strictObject({ finish: name, outcome: outcome.optional() }),
  z.strictObject({ advance: seconds }),
  z.strictObject({ op: z.enum(["RESET", "FAILBACK"], { error: operators }) }),
  z.strictObject({ op: z.enum(["DISABLE", "ENABLE"], { error: operators }), slot: name }),
]);

/** The strict shape of a scenario; its `model` is a model's configuration, checked where it is read. */
const scenarioSchema = z.strictObject({
  id: z.string({ error: "a text" }).max(200, { error: "at most 200 characters" }),
  model: z.looseObject(
    { retry: z.looseObject({}, { error: "an object" }).optional() },
    { error: 'a model\'s configuration, such as {"credentials": ["a", "b"]}' },
  ),
  seed: count(2 ** 32 - 1).optional(),
  outages: z.array(outage, { error: "a list of outages" }).max(1e4, { error: "at most 10000 outages" }).optional(),
  compare: z.array(variant, { error: "a list of variants" }).max(100, { error: "at most 100 variants" }).optional(),
  steps: z.array(step, { error: "a list of steps" }).max(1e6, { error: "at most 1000000 steps" }),
});

/** A scenario as it was checked: times in seconds. */
export type Scenario = z.output<typeof scenarioSchema>;
export type Outage = z.output<typeof outage>;
export type Traffic = z.output<typeof traffic>;
export type Variant = z.output<typeof variant>;
export type Step = z.output<typeof step>;
export type ScriptedOutcome = z.output<typeof outcome>;
export type Script = z.output<typeof script>;

const stepForms =
  'a step: {"call": {…}}, {"stream": {…}}, {"calls": N}, {"traffic": {"rate": "2/s", "for": "1h"}}, {"start": name}, {"finish": name, "outcome": …}, {"advance": seconds} or {"op": …, "slot"?: id}';
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
  return isOutcome(path) ? outcomeForms : message;
}

/** `steps[0].call.a[0]`, `steps[0].outcome` or `outages[0].outcome`. */
function isOutcome(path: Path): boolean {
  return (path[0] === "steps" && path.length === 5) || (path.length === 3 && path[2] === "outcome");
}
