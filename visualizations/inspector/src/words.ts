import type { CallEntry } from "../../../src/inspect/entries.ts";
import type { Turning } from "./story/story.ts";

/** `12:03:04`; `12:03:04.250` where parts of a second count. */
export function clockText(at: number, withMilliseconds = false): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  const rest = withMilliseconds ? `.${String(date.getMilliseconds()).padStart(3, "0")}` : "";
  return `${parts.join(":")}${rest}`;
}

/** `840 ms`, `4.2 s`, `38 s`, `4 min 10 s`, `1 h 5 min`: no more of it than one wants to know. */
export function durationText(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.max(0, Math.round(durationMs))} ms`;
  if (durationMs < 9_950) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.ceil(durationMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? "" : ` ${seconds % 60} s`}`;
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}

/** `43 s`, in whole seconds: for what counts down. */
export function countdownText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  return seconds < 60 ? `${seconds} s` : durationText(seconds * 1_000);
}

/** `0.4`, `12`, `1.2k` a second. */
export function rateText(perSecond: number): string {
  if (perSecond >= 1_000) return `${(perSecond / 1_000).toFixed(1)}k`;
  return perSecond >= 10 || perSecond === 0 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** What something that turned a machine is called, and in which colour it is told. */
export function turningWords(turning: Turning): { readonly word: string; readonly way: string; readonly tone: Tone } {
  if (turning.type === "probe") {
    const { credential, phase } = turning;
    return { word: `probe ${phase}`, way: credential, tone: probeTones[phase] };
  }
  const way = `${turning.from ?? "exhausted"} → ${turning.to ?? "exhausted"}`;
  return { word: turning.type, way, tone: moveTones[turning.type] };
}

export type Tone = "good" | "warn" | "bad" | "calm";

const probeTones = { due: "warn", proved: "good", failed: "bad", ended: "calm" } as const;
const moveTones = { failover: "warn", failback: "good", exhausted: "bad" } as const;

/** The colour of an attempt's or a call's end. */
export function outcomeTone(outcome: string): Tone {
  if (outcome === "ok" || outcome === "served") return "good";
  return outcome === "cancelled" || outcome === "timed_out" ? "calm" : "bad";
}

/** `all failed` */
export function spaced(word: string): string {
  return word.replaceAll("_", " ");
}

/** Whether a call was served at its first attempt: of these there are many, and nobody looks for one. */
export function isSmooth({ result, attemptCount, lateFailure }: CallEntry): boolean {
  return result === "served" && attemptCount <= 1 && lateFailure === undefined;
}
