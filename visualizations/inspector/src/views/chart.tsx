import { Component, createRef, type JSX } from "preact";
import type { ModelShape } from "../../../../src/inspect/entries.ts";
import type { PageControl } from "../page.ts";
import type { ModelStory, ModelView, Turning } from "../story/story.ts";
import { keyOf, type Transition, transitionOf } from "../story/transitions.ts";
import { durationText, spaced, turningWords } from "../words.ts";
import { type DrawnChart, drawnChart } from "./drawn-chart.ts";

interface ChartProperties {
  readonly control: PageControl;
  readonly view: ModelView;
}

/** More at once are no flash, but a flicker. */
const mostFlashes = 12;

/** A model's statechart. The server draws its shape once; what happens is shown by classes on its parts. */
export class Chart extends Component<ChartProperties> {
  readonly place = createRef<HTMLDivElement>();
  #shape = "";
  #drawn: DrawnChart | undefined;
  #taken = createTakenCounts();
  #isMissing = false;

  override componentDidMount(): void {
    this.#show();
  }

  override componentDidUpdate(): void {
    this.#show();
  }

  #show(): void {
    const { control, view } = this.props;
    const shape = placeOfDrawing(view.shape);
    if (shape !== this.#shape) void this.#load(shape);
    if (this.#drawn === undefined) return;
    const { story, moment } = control.page;
    this.#drawn.light(view, moment ?? Date.now());
    const model = story.models.get(view.id);
    if (model === undefined) return;
    const { counts, fresh } = this.#taken.upTo(model, moment, view.shape);
    this.#drawn.count(counts);
    for (const { transition, turning } of fresh.slice(-mostFlashes)) {
      this.#drawn.flash(transition, turningWords(turning).tone);
    }
  }

  async #load(shape: string): Promise<void> {
    this.#shape = shape;
    this.#drawn = undefined;
    this.#taken = createTakenCounts();
    this.place.current?.replaceChildren();
    const drawing = await this.props.control.page.session.drawing(shape);
    if (shape !== this.#shape) return;
    this.#drawn = drawing && drawnChart(drawing);
    this.#isMissing = this.#drawn === undefined;
    if (this.#isMissing) this.#shape = "";
    if (this.#drawn !== undefined) this.place.current?.replaceChildren(this.#drawn.element);
    this.props.control.show({});
  }

  override render({ control, view }: ChartProperties): JSX.Element {
    const { story, moment } = control.page;
    const last = story.models.get(view.id)?.turnings.at(moment ?? Number.POSITIVE_INFINITY);
    return (
      <section class="chart" aria-label="Statechart">
        <div class="drawing" ref={this.place} />
        {this.#isMissing && <p class="nothing">The drawing cannot be had now.</p>}
        {last !== undefined && <LastTurning turning={last} at={moment ?? Date.now()} />}
      </section>
    );
  }
}

function LastTurning({ turning, at }: { readonly turning: Turning; readonly at: number }): JSX.Element {
  const { word, way, tone } = turningWords(turning);
  return (
    <p class={`last ${tone}`} id="last-turning">
      <b>{word}</b> {way}
      <span class="why">
        {spaced(turning.cause)}
        {turning.rule === undefined ? "" : ` · ${turning.rule}`} · {durationText(at - turning.at)} ago
      </span>
    </p>
  );
}

/** Where the drawing of a shape is to be had. Models of the same credentials and policy have the same. */
function placeOfDrawing({ credentials, failback }: ModelShape): string {
  const { strategy, timeoutMs, requests, growth, maxCooldownMs, minIntervalMs, respectRetryAfter, maxMs } = failback;
  const ids = credentials.map(({ id }) => id).join(",");
  const policy = { strategy, timeoutMs, requests, growth, maxCooldownMs, minIntervalMs, respectRetryAfter, maxMs };
  const fields = Object.entries({ credentials: ids, ...policy }).map(([name, value]) => [name, String(value)]);
  return `chart?${new URLSearchParams(fields)}`;
}

interface Taken {
  readonly turning: Turning;
  readonly transition: Transition;
}

interface TakenCounts {
  /** Counts what was taken until a moment, and tells what has been taken since the last time. */
  readonly upTo: (
    model: ModelStory,
    moment: number | undefined,
    shape: ModelShape,
  ) => { readonly counts: ReadonlyMap<string, number>; readonly fresh: readonly Taken[] };
}

/** Counts transitions from frame to frame: anew only when one goes back in time. */
function createTakenCounts(): TakenCounts {
  let counts = new Map<string, number>();
  let counted = -1;
  return {
    upTo: ({ turnings, states }, moment, shape) => {
      const count = moment === undefined ? turnings.items.length : turnings.countAt(moment);
      const isOn = counted >= 0 && count >= counted;
      if (!isOn) counts = new Map();
      const ids = shape.credentials.map(({ id }) => id);
      const taken = turnings.items.slice(isOn ? counted : 0, count).flatMap((turning): Taken[] => {
        const before = states.items[states.countAt(turning.at - 1) - 1]?.state;
        const transition = transitionOf(turning, before, ids);
        return transition === undefined ? [] : [{ turning, transition }];
      });
      for (const { transition } of taken) {
        const key = keyOf(transition);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      counted = count;
      return { counts, fresh: isOn ? taken : [] };
    },
  };
}
