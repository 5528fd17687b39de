import { describe } from "../config/describe.ts";
import { UsageError } from "../errors.ts";
import { classify as classifyFailure } from "../index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { type InputLine, readLines } from "./input-lines.ts";
import { parseJson } from "./json-text.ts";
import { printable, type Terminal } from "./terminal.ts";

/** `keyswitch classify` */
export const classify: Command = {
  usage: "[--json] < FAILURES",
  paragraphs: [
    'Reads failures from standard input, one JSON object a line: {"id", "provider"?, "status"?, "headers"?, "body"?, "message"?, "code"?, "cause"?}. The id is a text or a number of your own.',
    'Prints one line each, in order: {"id", "class", "rule", "retry_after_ms"}, where the wait is null if the failure states none. A line that cannot be read is answered with {"line", "error"}, and the others go on. Blank lines are skipped.',
    "Classes: auth and quota_exceeded (the key is no use now), transient (worth a retry), unknown; permanent, input_too_large and content_safety (no key would help).",
  ],
  options: { json: { says: "JSON lines on a terminal too; in a pipe they are the default" } },
  mostOperands: 0,
  examples: [
    {
      says: "a 429 that is no rate limit: waiting will not help",
      line: `echo '{"id":1,"provider":"openai","status":429,"body":{"error":{"code":"insufficient_quota"}}}' | keyswitch classify`,
    },
    {
      says: "a rate limit that says how long",
      line: `echo '{"id":2,"status":429,"headers":{"retry-after":"20"}}' | keyswitch classify --json`,
    },
    { says: "a connection that broke", line: `echo '{"id":3,"code":"ECONNRESET"}' | keyswitch classify` },
  ],
  exits: { 0: "every line was answered", 1: "a line could not be read", 2: "wrong option" },
  run: runClassify,
};

async function runClassify({ json, terminal }: Invocation): Promise<ExitCode> {
  if (terminal.isTyped) {
    terminal.complain(
      'Waiting for failures, one a line, as {"id":1,"status":429}. Ctrl-D ends; see keyswitch help classify.',
    );
  }
  const isForPeople = terminal.isWatched && !json;
  let exitCode: ExitCode = 0;
  for await (const line of readLines(terminal.input)) {
    const answer = answerTo(line);
    if ("error" in answer) exitCode = 1;
    await terminal.print(isForPeople ? readable(answer, terminal) : JSON.stringify(answer));
  }
  return exitCode;
}

type Answer =
  | {
      readonly id: string | number;
      readonly class: string;
      readonly rule: string;
      readonly retry_after_ms: number | null;
    }
  | { readonly line: number; readonly error: string };

function answerTo(line: InputLine): Answer {
  try {
    if ("fault" in line) throw line.fault;
    const facts = factsIn(parseJson(line.text));
    const { class: errorClass, rule, retryAfterMs = null } = classifyFailure(facts);
    return { id: facts.id, class: errorClass, rule, retry_after_ms: retryAfterMs };
  } catch (error) {
    if (error instanceof UsageError) return { line: line.number, error: error.message };
    throw error;
  }
}

type Facts = Readonly<Record<string, unknown>> & { readonly id: string | number };

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNumber = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

/** What a failure's members must be, if they are there; `body` and `cause` may be anything. */
const members: readonly (readonly [name: string, wanted: string, accepts: (value: unknown) => boolean])[] = [
  ["provider", "a provider's name", isText],
  ["status", "an HTTP status, as 429", Number.isInteger],
  ["headers", "an object, or a list of pairs", (value) => typeof value === "object"],
  ["message", "a text", isText],
  ["code", "a text or a number", isTextOrNumber],
];

function factsIn(value: unknown): Facts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError({ path: "", found: describe(value), wanted: 'an object, as {"id":1,"status":429}' });
  }
  const facts = value as Readonly<Record<string, unknown>>;
  if (!isTextOrNumber(facts["id"])) {
    throw new UsageError({ path: "id", found: describe(facts["id"]), wanted: "a text or a number" });
  }
  for (const [name, wanted, accepts] of members) {
    const member = facts[name];
    if (!isAbsent(member) && !accepts(member)) throw new UsageError({ path: name, found: describe(member), wanted });
  }
  return facts as Facts;
}

function readable(answer: Answer, { paint }: Terminal): string {
  if ("error" in answer) return paint("red", `line ${answer.line}: ${answer.error}`);
  const { id, class: errorClass, rule, retry_after_ms: waitMs } = answer;
  const wait = waitMs === null ? "" : `  wait ${waitMs / 1_000} s`;
  return `${printable(String(id)).padEnd(12)}  ${paint("bold", errorClass.padEnd(15))}  ${rule}${paint("dim", wait)}`;
}
