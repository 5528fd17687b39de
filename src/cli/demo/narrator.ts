import type { AttemptEvent, ModelEvents, Move, ProbeEvent, SettledEvent } from "../../engine/model-events.ts";
import type { Model } from "../../index.ts";
import type { Terminal } from "../terminal.ts";

type Words = Pick<Terminal, "paint">;

const names = ["attempt", "probe", "failover", "failback", "exhausted", "settled"] as const;

type Name = (typeof names)[number];

/** What a model tells of its calls, with the event's name. */
export type Told = { [Each in Name]: { readonly event: Each } & ModelEvents[Each] }[Name];

/** Hands on everything that models tell. */
export function listenTo(models: readonly Model[], hear: (told: Told) => void): void {
  for (const model of models) {
    for (const name of names) model.on(name, (event) => hear({ event: name, ...event } as Told));
  }
}

/** An event as people read it. */
export function eventLine(told: Told, words: Words): string {
  switch (told.event) {
    case "attempt":
      return attemptLine(told, words);
    case "probe":
      return probeLine(told, words);
    case "settled":
      return settledLine(told, words);
    default:
      return moveLine(told, words);
  }
}

function attemptLine({ credential, outcome, rule, status, durationMs }: AttemptEvent, { paint }: Words): string {
  const facts = [status, rule, milliseconds(durationMs)].filter((fact) => fact !== undefined).join(", ");
  return `  ${credential.padEnd(15)} ${paint(outcome === "ok" ? "green" : "red", outcome)} ${paint("dim", `(${facts})`)}`;
}

function moveLine({ event, from, to, cause }: Move & { readonly event: string }, { paint }: Words): string {
  const color = event === "failback" ? "cyan" : "yellow";
  const word = paint(["bold", color], event);
  // The call that met it still tries the credentials that rest, and its attempts follow.
  if (to === null)
    return `  ${word}: ${from ?? "the last"} gave out, none below it is rested; trying the others ${paint("dim", `(${cause})`)}`;
  return `  ${word}: ${from ?? "exhausted"} → ${to} ${paint("dim", `(${cause})`)}`;
}

const probePhases = {
  due: "is due to be tried again: the next call will tell",
  proved: "is proved",
  failed: "is not well yet, and rests longer",
  ended: "is tried no more for now",
} as const;

function probeLine({ credential, phase, cause }: ProbeEvent, { paint }: Words): string {
  return `  ${paint("cyan", "probe")}: ${credential} ${probePhases[phase]} ${paint("dim", `(${cause})`)}`;
}

function settledLine({ result, credential, durationMs, attempts }: SettledEvent, { paint }: Words): string {
  const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const facts = paint("dim", `(${tries}, ${milliseconds(durationMs)})`);
  if (result === "served") return `${paint("green", "✓")} answered by ${paint("bold", credential ?? "")} ${facts}`;
  return `${paint("red", "✗")} ${result.replaceAll("_", " ")} ${facts}`;
}

const milliseconds = (durationMs: number): string => `${Math.round(durationMs)} ms`;
