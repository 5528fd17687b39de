import type { JSX } from "preact";
import type { ModelView } from "../story/story.ts";
import { countdownText, rateText } from "../words.ts";

/** How one credential stands. */
export type Standing = "home" | "probed" | "cooling" | "disabled" | "ready";

export function standingOf({ state }: ModelView, credential: string, at: number): Standing {
  if (state.disabled.includes(credential)) return "disabled";
  if (state.probing === credential) return "probed";
  if (state.active === credential) return "home";
  return (state.coolingUntil[credential] ?? 0) > at ? "cooling" : "ready";
}

/** Each credential's part of the attempts, 0 to 1. */
export function sharesOf({ shape, traffic }: ModelView): readonly number[] {
  const sum = traffic?.attemptsPerSecond.reduce((total, each) => total + each, 0) ?? 0;
  return shape.credentials.map((_, slot) => (sum === 0 ? 0 : (traffic?.attemptsPerSecond[slot] ?? 0) / sum));
}

interface ViewAt {
  readonly view: ModelView;
  /** The time that is shown. */
  readonly at: number;
}

/** A cell a credential, in order of priority: how it stands, and how much of the traffic it carries. */
export function Cells({ view, at }: ViewAt): JSX.Element {
  const { credentials } = view.shape;
  const shares = sharesOf(view);
  const width = 200 / credentials.length;
  return (
    <svg class="cells" viewBox="0 0 200 16" preserveAspectRatio="none" role="img" aria-label={wordsOf(view, at)}>
      {credentials.map(({ id }, slot) => {
        const height = 16 * (shares[slot] ?? 0);
        return (
          <g class={standingOf(view, id, at)}>
            <title>{`${id}: ${Math.round(100 * (shares[slot] ?? 0))} %`}</title>
            <rect class="cell" x={slot * width} y="0" width={width - 2} height="16" rx="2" />
            <rect class="share" x={slot * width} y={16 - height} width={width - 2} height={height} rx="2" />
          </g>
        );
      })}
    </svg>
  );
}

function wordsOf(view: ModelView, at: number): string {
  return view.shape.credentials.map(({ id }) => `${id} ${standingOf(view, id, at)}`).join(", ");
}

/** How a credential stands, in words. */
export function standingWords({ state }: ModelView, id: string, standing: Standing, at: number): string {
  switch (standing) {
    case "home":
      return "serves";
    case "probed":
      return "the next call proves it";
    case "cooling":
      return `cools, ${countdownText((state.coolingUntil[id] ?? at) - at)} left`;
    case "disabled":
      return "disabled";
    case "ready":
      return "ready";
  }
}

/** A part of all, as a bar. */
export function ShareBar({ share }: { readonly share: number }): JSX.Element {
  return (
    <svg class="share" viewBox="0 0 60 8" width="60" height="8" aria-hidden="true">
      <rect class="back" width="60" height="8" rx="4" />
      <rect class="part" width={60 * share} height="8" rx="4" />
    </svg>
  );
}

/** The credentials of a model by name, where there is room for that. */
export function KeyList({ view, at }: ViewAt): JSX.Element {
  const shares = sharesOf(view);
  return (
    <span class="keys-of-model">
      {view.shape.credentials.map(({ id }, slot) => {
        const standing = standingOf(view, id, at);
        return (
          <>
            <span class={`id ${standing}`}>{id}</span>
            <span class={`standing ${standing}`}>{standingWords(view, id, standing, at)}</span>
            <span class={`key ${standing}`}>
              <ShareBar share={shares[slot] ?? 0} />
            </span>
            <span class="rate">{view.traffic && `${rateText(view.traffic.attemptsPerSecond[slot] ?? 0)}/s`}</span>
          </>
        );
      })}
    </span>
  );
}
