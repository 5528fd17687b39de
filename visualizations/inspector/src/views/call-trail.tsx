import type { JSX } from "preact";
import type { CallAttempt, CallEntry } from "../../../../src/inspect/entries.ts";
import type { PageControl } from "../page.ts";
import { clockText, durationText, outcomeTone, spaced } from "../words.ts";

interface CallTrailProperties {
  readonly control: PageControl;
  readonly call: CallEntry;
}

/** Why a call went where it went. */
export function CallTrail({ control, call }: CallTrailProperties): JSX.Element {
  const { attempts, attemptCount, result, credential, durationMs, lateFailure, usage } = call;
  const lost = attemptCount - attempts.length;
  return (
    <section class="story trail-of-call" aria-label={`Call ${call.call}`}>
      <div class="bar">
        <h2>
          Call <code>{call.call}</code>
        </h2>
        <span class="room" />
        <button class="quiet" onClick={() => control.show({ call: undefined })}>
          Close
        </button>
      </div>
      <p class="verdict">
        <span class={`pill ${outcomeTone(result)}`}>{spaced(result)}</span>{" "}
        {result === "served" && (
          <>
            by <b>{credential}</b>{" "}
          </>
        )}
        in {durationText(durationMs)}, ended at{" "}
        <button class="link" onClick={() => control.travel(call.at)}>
          {clockText(call.at, true)}
        </button>
      </p>
      <ol class="attempts">
        {attempts.map((attempt, index) => (
          <>
            {pauseBefore(attempts, index) > 4 && (
              <li class="pause">backoff, {durationText(pauseBefore(attempts, index))}</li>
            )}
            <AttemptRow attempt={attempt} index={index} attempts={attempts} callMs={durationMs} />
          </>
        ))}
        {lateFailure !== undefined && (
          <li class="attempt bad">
            <span class="number">late</span>
            <span class="who">
              <b>{lateFailure.credential}</b>
              <span class="why">
                {spaced(lateFailure.class)} · {lateFailure.rule}, after the answer had begun
              </span>
            </span>
          </li>
        )}
      </ol>
      {lost > 0 && <p class="small dim">{lost} more attempts were not kept.</p>}
      {usage !== undefined && (
        <p class="small dim">
          {usage.inputTokens ?? "?"} tokens in, {usage.outputTokens ?? "?"} out
        </p>
      )}
    </section>
  );
}

interface AttemptRowProperties {
  readonly attempt: CallAttempt;
  readonly index: number;
  readonly attempts: readonly CallAttempt[];
  readonly callMs: number;
}

function AttemptRow({ attempt, index, attempts, callMs }: AttemptRowProperties): JSX.Element {
  const { credential, outcome, rule, status, isStream, startMs, durationMs } = attempt;
  const isRetry = attempts[index - 1]?.credential === credential;
  const perMs = 100 / Math.max(1, callMs);
  const facts = [spaced(outcome), status, rule].filter((fact) => fact !== undefined).join(" · ");
  return (
    <li class={`attempt ${outcomeTone(outcome)}`}>
      <span class="number">{index + 1}</span>
      <span class="who">
        <b>{credential}</b>
        {isRetry && <span class="dim"> again</span>}
        <span class="why">{facts}</span>
      </span>
      <span class="took">
        {durationText(durationMs)}
        {isStream && outcome === "ok" && <span class="why">to the first item</span>}
      </span>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="back" width="100" height="6" />
        <rect class="bar" x={startMs * perMs} width={Math.max(1, durationMs * perMs)} height="6" />
      </svg>
    </li>
  );
}

function pauseBefore(attempts: readonly CallAttempt[], index: number): number {
  const [before, attempt] = [attempts[index - 1], attempts[index]];
  return before === undefined || attempt === undefined ? 0 : attempt.startMs - before.startMs - before.durationMs;
}
