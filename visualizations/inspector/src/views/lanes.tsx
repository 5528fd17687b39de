import { Component, createRef, type JSX } from "preact";
import type { CallEntry, StateEntry } from "../../../../src/inspect/entries.ts";
import type { PageControl } from "../page.ts";
import type { ModelStory } from "../story/story.ts";
import { clockText, durationText, outcomeTone, spaced, turningWords } from "../words.ts";

interface LanesProperties {
  readonly control: PageControl;
  readonly model: string;
}

const left = 116;
const most = 400;
const axis = 16;

/** A lane a credential: who served when, who rested, and each attempt. */
export class Lanes extends Component<LanesProperties> {
  readonly place = createRef<HTMLDivElement>();
  #width = 1_000;
  #observer: ResizeObserver | undefined;

  override componentDidMount(): void {
    this.#observer = new ResizeObserver(([entry]) => {
      this.#width = Math.max(300, Math.round(entry?.contentRect.width ?? this.#width));
      this.props.control.show({});
    });
    if (this.place.current !== null) this.#observer.observe(this.place.current);
  }

  override componentWillUnmount(): void {
    this.#observer?.disconnect();
  }

  override render({ control, model: id }: LanesProperties): JSX.Element | null {
    const { story, moment, spanMs, recording } = control.page;
    const model = story.models.get(id);
    if (model === undefined) return null;
    const now = recording === undefined ? Math.max(story.to, Date.now()) : story.to;
    const end = moment === undefined ? now : Math.min(now, moment + spanMs / 3);
    return (
      <div class="lanes" ref={this.place}>
        <LanesDrawing
          control={control}
          model={model}
          width={this.#width}
          window={{ start: end - spanMs, end }}
          moment={moment}
        />
      </div>
    );
  }
}

interface Window {
  readonly start: number;
  readonly end: number;
}

interface DrawingProperties {
  readonly control: PageControl;
  readonly model: ModelStory;
  readonly width: number;
  readonly window: Window;
  readonly moment: number | undefined;
}

function LanesDrawing({ control, model, width, window, moment }: DrawingProperties): JSX.Element {
  const ids = (model.shapes.at(window.end) ?? model.shapes.items[0])?.credentials.map(({ id }) => id) ?? [];
  const laneHeight = Math.max(9, Math.min(22, 132 / (ids.length + 1)));
  const height = laneHeight * (ids.length + 1) + axis;
  const xOf = (at: number): number =>
    left +
    ((width - left) * (Math.min(window.end, Math.max(window.start, at)) - window.start)) / (window.end - window.start);
  const yOf = (id: string | null): number => {
    const index = id === null ? -1 : ids.indexOf(id);
    return laneHeight * (index < 0 ? ids.length : index);
  };
  const place: Place = { xOf, yOf, laneHeight, window };
  return (
    <svg class="lanes-drawing" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      {[...ids, null].map((id) => (
        <g class="lane">
          <text x={left - 8} y={yOf(id) + laneHeight / 2 + 4} text-anchor="end">
            {shortened(id ?? "exhausted")}
          </text>
          <line x1={left} x2={width} y1={yOf(id) + laneHeight} y2={yOf(id) + laneHeight} />
        </g>
      ))}
      {statesIn(model, window).map((each) => (
        <StateBand key={each.at} each={each} place={place} />
      ))}
      {attemptsIn(control, model.id, window).map(({ call, index }) => (
        <AttemptMark key={`${call.call} ${index}`} call={call} index={index} place={place} control={control} />
      ))}
      {turningsIn(model, window).map((turning) => (
        <line
          class={`turning ${turningWords(turning).tone}`}
          x1={xOf(turning.at)}
          x2={xOf(turning.at)}
          y1="0"
          y2={height - axis}
        >
          <title>{`${clockText(turning.at)} ${turningWords(turning).word} ${turningWords(turning).way} (${spaced(turning.cause)})`}</title>
        </line>
      ))}
      {ticksOf(window).map((at) => (
        <text class="tick" x={xOf(at)} y={height - 3} text-anchor="middle">
          {clockText(at)}
        </text>
      ))}
      {moment !== undefined && <line class="moment" x1={xOf(moment)} x2={xOf(moment)} y1="0" y2={height - axis} />}
    </svg>
  );
}

interface Place {
  readonly xOf: (at: number) => number;
  readonly yOf: (id: string | null) => number;
  readonly laneHeight: number;
  readonly window: Window;
}

interface Span {
  readonly at: number;
  readonly until: number;
  readonly state: StateEntry["state"];
}

/** The states that were passed in a window, each until the next. */
function statesIn({ states, goneAt }: ModelStory, { start, end }: Window): readonly Span[] {
  const first = Math.max(0, states.countAt(start) - 1);
  const shown = states.items.slice(first, states.countAt(end)).slice(-most);
  return shown.map(({ at, state }, index) => ({
    at,
    state,
    until: shown[index + 1]?.at ?? Math.min(end, goneAt ?? end),
  }));
}

function StateBand({ each: { at, until, state }, place }: { readonly each: Span; readonly place: Place }): JSX.Element {
  const { xOf, yOf, laneHeight } = place;
  const width = Math.max(0, xOf(until) - xOf(at));
  const band = { x: xOf(at), width, height: laneHeight - 3 };
  return (
    <g>
      {Object.entries(state.coolingUntil).map(([id, coolsUntil]) => (
        <rect
          class="band cooling"
          {...band}
          width={Math.max(0, xOf(Math.min(until, coolsUntil)) - xOf(at))}
          y={yOf(id) + 2}
        >
          <title>{`${id} cools until ${clockText(coolsUntil)}`}</title>
        </rect>
      ))}
      {state.disabled.map((id) => (
        <rect class="band disabled" {...band} y={yOf(id) + 2} />
      ))}
      <rect class={`band ${state.active === null ? "exhausted" : "home"}`} {...band} y={yOf(state.active) + 2} />
      {state.probing !== null && <rect class="band probed" {...band} y={yOf(state.probing) + 2} />}
    </g>
  );
}

interface PlacedAttempt {
  readonly call: CallEntry;
  readonly index: number;
}

function attemptsIn(
  { page: { story, moment } }: PageControl,
  model: string,
  { start, end }: Window,
): readonly PlacedAttempt[] {
  const { items, countAt } = story.calls;
  const placed: PlacedAttempt[] = [];
  for (let index = countAt(moment ?? end) - 1; index >= 0 && placed.length < most; index -= 1) {
    const call = items[index];
    if (call === undefined || call.at < start) break;
    if (call.model === model) placed.push(...call.attempts.map((_, number) => ({ call, index: number })));
  }
  return placed;
}

interface AttemptMarkProperties extends PlacedAttempt {
  readonly place: Place;
  readonly control: PageControl;
}

function AttemptMark({ call, index, place, control }: AttemptMarkProperties): JSX.Element | null {
  const attempt = call.attempts[index];
  if (attempt === undefined) return null;
  const { xOf, yOf, laneHeight, window } = place;
  const startedAt = call.at - call.durationMs + attempt.startMs;
  if (startedAt + attempt.durationMs < window.start) return null;
  const x = xOf(startedAt);
  const isChosen = control.page.call?.call === call.call;
  const facts = [attempt.credential, spaced(attempt.outcome), attempt.status, durationText(attempt.durationMs)];
  return (
    <rect
      class={`attempt ${outcomeTone(attempt.outcome)} ${isChosen ? "chosen" : ""}`}
      data-call={call.call}
      x={x}
      y={yOf(attempt.credential) + laneHeight / 2 - 2}
      width={Math.max(3, xOf(startedAt + attempt.durationMs) - x)}
      height={Math.max(4, laneHeight / 2 - 3)}
      rx="1.5"
      onClick={() => control.show({ call })}
    >
      <title>{facts.filter((fact) => fact !== undefined).join(", ")}</title>
    </rect>
  );
}

function turningsIn({ turnings }: ModelStory, { start, end }: Window): ModelStory["turnings"]["items"] {
  return turnings.items.slice(turnings.countAt(start), turnings.countAt(end)).slice(-most);
}

/** Round times, some six in a window. */
function ticksOf({ start, end }: Window): readonly number[] {
  const stepMs = [10_000, 60_000, 180_000, 600_000].find((each) => (end - start) / each <= 6) ?? 600_000;
  const first = Math.ceil((start + stepMs / 4) / stepMs) * stepMs;
  return Array.from({ length: 7 }, (_, index) => first + index * stepMs).filter((at) => at < end - stepMs / 4);
}

const shortened = (id: string): string => (id.length > 16 ? `${id.slice(0, 15)}…` : id);
