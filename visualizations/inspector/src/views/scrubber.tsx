import type { JSX } from "preact";
import type { PageControl } from "../page.ts";
import type { Story, Turning } from "../story/story.ts";
import { clockText, durationText, turningWords } from "../words.ts";

const speeds = [1, 10, 60] as const;

/** How much time the lanes show. */
const spans = [
  [60_000, "1 min"],
  [300_000, "5 min"],
  [900_000, "15 min"],
  [3_600_000, "1 h"],
] as const;

const markCount = 240;

/** Leads through time. */
export function Scrubber({ control }: { readonly control: PageControl }): JSX.Element {
  const { story, moment, speed, model, recording } = control.page;
  const [from, to] = [story.from, Math.max(story.to, story.from + 1)];
  const shown = moment ?? to;
  return (
    <div class="scrubber">
      <button
        class="quiet sign"
        onClick={() => control.step(-1)}
        title="The move before (←)"
        aria-label="The move before"
      >
        ‹
      </button>
      <button
        class="quiet sign"
        id="play"
        onClick={() => control.play(speed > 0 ? 0 : 10)}
        title="Replay (space)"
        aria-label={speed > 0 ? "Stop the replay" : "Replay"}
      >
        {speed > 0 ? "❚❚" : "▶"}
      </button>
      <button class="quiet sign" onClick={() => control.step(1)} title="The next move (→)" aria-label="The next move">
        ›
      </button>
      <select
        aria-label="Speed of the replay"
        value={String(speed > 0 ? speed : 10)}
        onChange={({ currentTarget }) => control.play(Number(currentTarget.value))}
      >
        {speeds.map((each) => (
          <option value={String(each)}>{each}×</option>
        ))}
      </select>
      <span class="edge">{clockText(from)}</span>
      <span class="track">
        <Marks story={story} model={model} from={from} to={to} />
        <input
          id="scrubber"
          type="range"
          min={from}
          max={to}
          step="1"
          value={shown}
          aria-label="The time that is shown"
          aria-valuetext={clockText(shown)}
          onInput={({ currentTarget }) => {
            const wanted = Number(currentTarget.value);
            control.show({ speed: 0 });
            control.travel(wanted >= to && recording === undefined ? undefined : wanted);
          }}
        />
      </span>
      <span class="edge">{recording === undefined ? "now" : clockText(to)}</span>
      <span class="small dim reach">{durationText(to - from)}</span>
      {model !== undefined && (
        <select
          aria-label="How much time the lanes show"
          value={String(control.page.spanMs)}
          onChange={({ currentTarget }) => control.show({ spanMs: Number(currentTarget.value) })}
        >
          {spans.map(([spanMs, words]) => (
            <option value={String(spanMs)}>{words}</option>
          ))}
        </select>
      )}
      <button
        class={`quiet ${moment === undefined ? "on" : ""}`}
        id="now"
        onClick={() => control.travel(undefined)}
        title="Back to now (L)"
      >
        {recording === undefined ? "Live" : "End"}
      </button>
    </div>
  );
}

interface MarksProperties {
  readonly story: Story;
  readonly model: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** Where something turned: a tick a place, in the worst of its colours. */
function Marks({ story, model, from, to }: MarksProperties): JSX.Element {
  const { items } = model === undefined ? story.turnings : (story.models.get(model)?.turnings ?? story.turnings);
  const tones = new Map<number, string>();
  for (const turning of items) {
    const place = Math.floor((markCount * (turning.at - from)) / (to - from + 1));
    if (tones.get(place) !== "bad") tones.set(place, toneAt(turning, tones.get(place)));
  }
  return (
    <svg class="marks" viewBox={`0 0 ${markCount} 10`} preserveAspectRatio="none" aria-hidden="true">
      {[...tones].map(([place, tone]) => (
        <rect class={tone} x={place} y={tone === "bad" ? 0 : 3} width="1" height="10" />
      ))}
    </svg>
  );
}

function toneAt(turning: Turning, known: string | undefined): string {
  const { tone } = turningWords(turning);
  return known === undefined || tone === "bad" || known === "calm" ? tone : known;
}
