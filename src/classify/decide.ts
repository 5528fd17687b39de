import type { ErrorClass } from "../../machines/events.ts";
import { decisiveCodes, hintingCodes, requestCodes, serverCodes } from "./code-rules.ts";
import { type CodeMeaning, type ErrorTable, meaningOf } from "./error-table.ts";
import type { Evidence } from "./evidence.ts";
import { classOfName, namesIn } from "./name-rules.ts";
import { classOfStatus } from "./status-rules.ts";
import { decisiveTexts } from "./decisive-texts.ts";
import { genericWords, unreadable } from "./generic-words.ts";
import type { TextRule } from "./text-rule.ts";
import { shortWindow } from "./window-words.ts";
import { classOfTransportCode, classOfTransportName, transportCodesIn } from "./transport-rules.ts";

/** A class and the rule that gave it. */
export interface Decision {
  readonly class: ErrorClass;
  readonly rule: string;
}

/** What decides, and in which order. The first that has an opinion is followed. */
export function decide(evidence: Evidence, table: ErrorTable | undefined): Decision {
  return (
    (table && byTable(evidence, table)) ??
    byRequestAgainstAllowance(evidence) ??
    byCode(evidence, decisiveCodes, "code") ??
    byText(evidence.prose, decisiveTexts, "text") ??
    byCode(evidence, hintingCodes, "code") ??
    (table && byTableStatus(evidence, table)) ??
    byBlame(evidence) ??
    byStatus(evidence) ??
    byTransport(evidence) ??
    byText(evidence.prose, [unreadable], "text") ??
    byText(evidence.prose, genericWords, "word") ??
    byName(evidence) ?? { class: "unknown", rule: "unknown" }
  );
}

function byTable(evidence: Evidence, table: ErrorTable): Decision | undefined {
  for (const { header, value, class: errorClass } of table.headers ?? []) {
    const sent = evidence.headers.some((headers) => value.test(headers.get(header) ?? ""));
    if (sent) return { class: errorClass, rule: `${table.provider}.header.${header}` };
  }
  for (const code of codesFor(evidence, table)) {
    const errorClass = classOfMeaning(meaningOf(table, code), evidence.prose);
    if (errorClass !== undefined) return { class: errorClass, rule: `${table.provider}.code.${ruleName(code)}` };
  }
  return byText(evidence.prose, table.texts ?? [], `${table.provider}.text`);
}

/** From the inside out, since a gateway puts its own code around the provider's; then those that stand in a sentence. */
function codesFor(evidence: Evidence, table: ErrorTable): readonly string[] {
  const { codeInText } = table;
  const inText =
    codeInText === undefined ? [] : evidence.texts.map((text) => codeInText.exec(text)?.slice(1).find(Boolean) ?? "");
  return [...evidence.codes.toReversed(), ...inText];
}

function classOfMeaning(meaning: CodeMeaning | undefined, prose: string): ErrorClass | undefined {
  if (meaning === undefined || typeof meaning === "string") return meaning;
  return meaning.find(({ when }) => when?.test(prose) ?? true)?.class;
}

/**
 * A request that asks for more than its window holds at all never passes on this credential, though it may on another; one that
 * finds a window used up whose name and length the text leaves out is treated as a plan's.
 */
function byRequestAgainstAllowance({ prose }: Evidence): Decision | undefined {
  const amounts = /limit:? ?(\d{1,12})(?:,? used:? ?(\d{1,12}))?,? requested:? ?~?(\d{1,12})/.exec(prose);
  if (amounts === null) return undefined;
  const [limit = 0, used = 0, requested = 0] = amounts.slice(1).map((amount) => Number(amount ?? 0));
  if (requested > limit) return { class: "quota_exceeded", rule: "text.larger-than-allowance" };
  return used >= limit && !shortWindow.test(prose)
    ? { class: "quota_exceeded", rule: "text.allowance-used" }
    : undefined;
}

function byCode(evidence: Evidence, classes: ReadonlyMap<string, ErrorClass>, kind: string): Decision | undefined {
  for (const code of evidence.codes.toReversed()) {
    const errorClass = classes.get(code.toLowerCase());
    if (errorClass !== undefined) return { class: errorClass, rule: `${kind}.${ruleName(code)}` };
  }
  return undefined;
}

/** A code that blames the request outweighs a wrapper's 5xx, or no status; 401, 404 and 429 know better. One that blames the server yields to any. */
function byBlame(evidence: Evidence): Decision | undefined {
  const { status } = evidence;
  const request = status === undefined || status >= 500 ? byCode(evidence, requestCodes, "code") : undefined;
  return request ?? (status === undefined ? byCode(evidence, serverCodes, "code") : undefined);
}

function byTableStatus({ status }: Evidence, table: ErrorTable): Decision | undefined {
  const errorClass = status === undefined ? undefined : table.statuses?.[status];
  return errorClass && { class: errorClass, rule: `${table.provider}.status.${status}` };
}

function byStatus({ status, answered }: Evidence): Decision | undefined {
  const decisive = status ?? answered;
  const errorClass = decisive === undefined ? undefined : classOfStatus(decisive);
  return errorClass && { class: errorClass, rule: `status.${decisive}` };
}

function byTransport(evidence: Evidence): Decision | undefined {
  for (const code of [...evidence.codes.toReversed(), ...evidence.texts.flatMap(transportCodesIn)]) {
    const errorClass = classOfTransportCode(code);
    if (errorClass !== undefined) return { class: errorClass, rule: `transport.${code}` };
  }
  for (const name of namesOf(evidence)) {
    const errorClass = classOfTransportName(name);
    if (errorClass !== undefined) return { class: errorClass, rule: `transport.${name}` };
  }
  return undefined;
}

function byText(prose: string, rules: readonly TextRule[], kind: string): Decision | undefined {
  const rule = rules.find(({ pattern, unless }) => pattern.test(prose) && !(unless?.test(prose) ?? false));
  return rule && { class: rule.class, rule: `${kind}.${rule.rule}` };
}

function byName(evidence: Evidence): Decision | undefined {
  for (const name of namesOf(evidence)) {
    const errorClass = classOfName(name);
    if (errorClass !== undefined) return { class: errorClass, rule: `name.${name}` };
  }
  return undefined;
}

/** From the inside out, then those that stand in a sentence. */
function namesOf({ names, texts }: Evidence): readonly string[] {
  return [...names.toReversed(), ...texts.flatMap(namesIn).reverse()];
}

/** A code as a part of a rule's name. */
function ruleName(code: string): string {
  return code.replace(/[^\w.-]{1,40}/g, "_").slice(0, 60);
}
