import type { JSX } from "preact";
import type { CallEntry } from "../../../../src/inspect/entries.ts";
import { outcomeTone } from "../words.ts";

const width = 120;

/** A call's attempts as bars on its own time; the thin line between two is backoff. */
export function AttemptBars({ call }: { readonly call: CallEntry }): JSX.Element {
  const perMs = width / Math.max(1, call.durationMs);
  return (
    <svg class="bars" viewBox={`0 0 ${width} 12`} width={width} height="12" aria-hidden="true">
      <line class="backoff" x1="0" x2={width} y1="6" y2="6" />
      {call.attempts.map(({ credential, outcome, startMs, durationMs }) => (
        <rect
          class={outcomeTone(outcome)}
          x={Math.min(width - 3, startMs * perMs)}
          y="1"
          width={Math.max(3, Math.min(width - startMs * perMs, durationMs * perMs - 1))}
          height="10"
          rx="2"
        >
          <title>{`${credential} ${outcome}`}</title>
        </rect>
      ))}
    </svg>
  );
}
