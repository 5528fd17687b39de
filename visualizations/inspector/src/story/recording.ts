import type { FeedEntry } from "../../../../src/inspect/entries.ts";
import { createStory, type Story } from "./story.ts";

/** The first line of a recording. */
interface Heading {
  readonly keyswitch: "recording";
  readonly version: 1;
  readonly exportedAt: string;
}

/** Why a file is no recording. */
class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/** Everything that is known, as JSON lines: a heading, then what happened, in order. */
export function recordingOf(story: Story, now: Date): string {
  const heading: Heading = { keyswitch: "recording", version: 1, exportedAt: now.toISOString() };
  const ofModels = [...story.models.values()].flatMap(({ id, shapes, states, goneAt }): FeedEntry[] => [
    ...shapes.items,
    ...states.items,
    ...(goneAt === undefined ? [] : [{ type: "gone" as const, number: 0, at: goneAt, model: id }]),
  ]);
  const entries = [...ofModels, ...story.changes.items, ...story.turnings.items, ...story.calls.items];
  // A state that was told when the page connected has no number; it stands after what led there.
  entries.sort((one, other) => one.at - other.at || (one.number || Infinity) - (other.number || Infinity) || 0);
  return [heading, ...entries].map((each) => `${JSON.stringify(each)}\n`).join("");
}

/**
 * Reads a recording.
 *
 * @throws RecordingError that names the line.
 */
export function readRecording(text: string): Story {
  const [first = "", ...lines] = text.split("\n");
  const heading = parsed(first, 1);
  if (heading["keyswitch"] !== "recording") throw new RecordingError("This is no recording of an inspector's");
  if (heading["version"] !== 1) throw new RecordingError(`Version ${String(heading["version"])} is not known here`);
  const story = createStory();
  for (const [index, line] of lines.entries()) {
    if (line !== "") story.add(entryIn(parsed(line, index + 2), index + 2));
  }
  if (story.models.size === 0) throw new RecordingError("Nothing happens in this recording");
  return story;
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(line: string, number: number): Fields {
  try {
    const value = JSON.parse(line) as unknown;
    if (isFields(value)) return value;
  } catch {
    // Told below, as what is no object.
  }
  throw new RecordingError(`Line ${number} is no JSON object`);
}

/** What a recording's lines hold, by type: what is missing there would be missed where it is shown. */
const checks: Readonly<Record<FeedEntry["type"], (fields: Fields) => boolean>> = {
  shape: ({ credentials, failback }) =>
    isFields(failback) &&
    isList(
      credentials,
      (each) => isFields(each) && isText(each["id"]) && isText(each["provider"]) && isText(each["upstreamModel"]),
    ),
  gone: () => true,
  state: ({ state }) =>
    isFields(state) &&
    isText(state["name"]) &&
    isTextOrNull(state["active"]) &&
    isTextOrNull(state["probing"]) &&
    isNumber(state["epoch"]) &&
    isList(state["disabled"], isText) &&
    isFields(state["coolingUntil"]) &&
    Object.values(state["coolingUntil"]).every(isNumber) &&
    (state["nextProbeAt"] === null || isNumber(state["nextProbeAt"])),
  change: ({ change, before, after }) => isNumber(change) && isFields(before) && isFields(after),
  failover: isMove,
  failback: isMove,
  exhausted: isMove,
  probe: ({ credential, phase, cause }) => isText(credential) && isText(phase) && isText(cause),
  call: ({ call, result, durationMs, attempts, attemptCount }) =>
    isText(call) &&
    isText(result) &&
    isNumber(durationMs) &&
    isNumber(attemptCount) &&
    isList(
      attempts,
      (each) =>
        isFields(each) &&
        isText(each["credential"]) &&
        isText(each["outcome"]) &&
        isNumber(each["startMs"]) &&
        isNumber(each["durationMs"]),
    ),
};

function entryIn(fields: Fields, line: number): FeedEntry {
  const { type, at, number, model } = fields;
  const isKnown = isText(type) && Object.hasOwn(checks, type) && checks[type as FeedEntry["type"]](fields);
  if (!isKnown || !isNumber(at) || !isNumber(number) || !isText(model)) {
    throw new RecordingError(`Line ${line} tells of nothing that is known here`);
  }
  return fields as unknown as FeedEntry;
}

function isMove({ from, to, cause }: Fields): boolean {
  return isTextOrNull(from) && isTextOrNull(to) && isText(cause);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 512;
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= 1_024 && value.every(isItem);
}
