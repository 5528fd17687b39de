import { Component, type JSX } from "preact";
import type { CallEntry } from "../../../../src/inspect/entries.ts";
import type { PageControl } from "../page.ts";
import type { Page, StoryFilter } from "../page-state.ts";
import type { Turning } from "../story/story.ts";
import { clockText, durationText, isSmooth, outcomeTone, spaced, turningWords } from "../words.ts";
import { AttemptBars } from "./attempt-bars.tsx";

type Told = Turning | CallEntry;

/** More rows than one looks through. */
const mostRows = 80;

const shows = [
  ["moves", "moves"],
  ["trouble", "trouble"],
  ["all", "all calls"],
] as const;

/** What happened, the latest first. */
export function StoryList({ control }: { readonly control: PageControl }): JSX.Element {
  const { page, show } = control;
  const { filter, story, model } = page;
  const change = (part: Partial<StoryFilter>): void => show({ filter: { ...filter, ...part } });
  const credentials = [...story.models.values()].flatMap((each) =>
    model === undefined || each.id === model ? (each.shapes.items.at(-1)?.credentials ?? []) : [],
  );
  const told = tellingOf(page);
  return (
    <section class="story">
      <div class="bar">
        <h2>Story</h2>
        <select
          aria-label="What is told"
          value={filter.show}
          onChange={({ currentTarget }) => change({ show: currentTarget.value as StoryFilter["show"] })}
        >
          {shows.map(([value, words]) => (
            <option value={value}>{words}</option>
          ))}
        </select>
        <select
          aria-label="Of which credential"
          id="filter-credential"
          value={filter.credential}
          onChange={({ currentTarget }) => change({ credential: currentTarget.value })}
        >
          <option value="">any credential</option>
          {[...new Set(credentials.map(({ id }) => id))].slice(0, 200).map((id) => (
            <option value={id}>{id}</option>
          ))}
        </select>
        <select
          aria-label="Of which class"
          id="filter-class"
          value={filter.class}
          onChange={({ currentTarget }) => change({ class: currentTarget.value })}
        >
          <option value="">any class</option>
          {classes.map((each) => (
            <option value={each}>{spaced(each)}</option>
          ))}
        </select>
      </div>
      {told.length === 0 && (
        <p class="nothing">{filter.show === "all" ? "Nothing happened." : "Nothing worth telling happened."}</p>
      )}
      <ol class="rows">
        {told.map((each) => (
          <Row key={keyOf(each)} told={each} withModel={model === undefined} control={control} />
        ))}
      </ol>
    </section>
  );
}

const classes = [
  "auth",
  "quota_exceeded",
  "transient",
  "unknown",
  "permanent",
  "input_too_large",
  "content_safety",
  "cancelled",
  "timed_out",
];

const keyOf = ({ number, model, at }: Told): string => `${number} ${at} ${model}`;

/** The last of what passes the filter, until the time that is shown, the latest first. */
function tellingOf({ story, moment, model, filter }: Page): readonly Told[] {
  const time = moment ?? Number.POSITIVE_INFINITY;
  const turnings = model === undefined ? story.turnings : (story.models.get(model)?.turnings ?? story.turnings);
  const lastTurnings = lastOf(turnings.items, turnings.countAt(time), (each) => passesTurning(each, filter));
  if (filter.show === "moves") return lastTurnings;
  const lastCalls = lastOf(
    story.calls.items,
    story.calls.countAt(time),
    (each) =>
      (model === undefined || each.model === model) &&
      (filter.show === "all" || !isSmooth(each)) &&
      passesCall(each, filter),
  );
  return [...lastTurnings, ...lastCalls]
    .sort((one, other) => other.at - one.at || other.number - one.number)
    .slice(0, mostRows);
}

function lastOf<Item>(items: readonly Item[], count: number, isWanted: (item: Item) => boolean): readonly Item[] {
  const last: Item[] = [];
  for (let index = count - 1; index >= 0 && last.length < mostRows; index -= 1) {
    const item = items[index];
    if (item !== undefined && isWanted(item)) last.push(item);
  }
  return last;
}

function passesTurning(turning: Turning, { credential, class: cause }: StoryFilter): boolean {
  const touched = turning.type === "probe" ? [turning.credential] : [turning.from, turning.to];
  return (credential === "" || touched.includes(credential)) && (cause === "" || turning.cause === cause);
}

function passesCall({ attempts, result }: CallEntry, { credential, class: outcome }: StoryFilter): boolean {
  const isOfCredential = credential === "" || attempts.some((each) => each.credential === credential);
  return isOfCredential && (outcome === "" || result === outcome || attempts.some((each) => each.outcome === outcome));
}

interface RowProperties {
  readonly told: Told;
  readonly withModel: boolean;
  readonly control: PageControl;
}

/** A row never changes, so that it is drawn once. */
class Row extends Component<RowProperties> {
  override shouldComponentUpdate(next: RowProperties): boolean {
    return next.told !== this.props.told || next.withModel !== this.props.withModel;
  }

  override render({ told, withModel, control }: RowProperties): JSX.Element {
    const model = withModel && (
      <button class="link model" onClick={() => control.openModel(told.model)}>
        {told.model}
      </button>
    );
    if (told.type === "call") return <CallRow call={told} model={model} control={control} />;
    const { word, way, tone } = turningWords(told);
    return (
      <li class={`turning ${tone}`} data-type={told.type} data-tone={tone}>
        <button class="link when" onClick={() => control.travel(told.at)} title="Show how it stood then">
          {clockText(told.at)}
        </button>
        <span class="what">
          {model} <b>{word}</b> {way}
          <span class="why">
            {spaced(told.cause)}
            {told.rule === undefined ? "" : ` · ${told.rule}`}
          </span>
        </span>
      </li>
    );
  }
}

interface CallRowProperties {
  readonly call: CallEntry;
  readonly model: JSX.Element | false;
  readonly control: PageControl;
}

function CallRow({ call, model, control }: CallRowProperties): JSX.Element {
  return (
    <li class={`call ${outcomeTone(call.result)}`} data-call={call.call}>
      <button class="link when" onClick={() => control.travel(call.at)} title="Show how it stood then">
        {clockText(call.at)}
      </button>
      <span class="what">
        {model}
        <button class="trail" onClick={() => control.show({ call })} title="Show its trail">
          <AttemptBars call={call} />
          <span class="end">
            {call.result === "served" ? call.credential : spaced(call.result)} · {durationText(call.durationMs)}
          </span>
        </button>
      </span>
    </li>
  );
}
