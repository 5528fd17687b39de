import type { JSX } from "preact";
import type { PendingOperation } from "../page-state.ts";
import type { PageControl } from "../page.ts";
import type { ModelView } from "../story/story.ts";
import { countdownText, rateText } from "../words.ts";
import { ShareBar, sharesOf, standingOf, standingWords } from "./cells.tsx";
import { Chart } from "./chart.tsx";
import { toneOf } from "./overview.tsx";

interface ModelPanelProperties {
  readonly control: PageControl;
  /** `undefined`: there was none of this name at the time that is shown. */
  readonly view: ModelView | undefined;
}

/** Up to so many credentials stand below their chart; more would leave it no room. */
const mostBelow = 4;

/** One model: its statechart, and its credentials. */
export function ModelPanel({ control, view }: ModelPanelProperties): JSX.Element {
  if (view === undefined) {
    return (
      <main class="model">
        <p class="nothing">There was no such model at this time.</p>
      </main>
    );
  }
  const at = control.page.moment ?? Date.now();
  return (
    <main class={view.shape.credentials.length > mostBelow ? "model beside" : "model"}>
      <Chart control={control} view={view} />
      <Credentials control={control} view={view} at={at} />
    </main>
  );
}

interface CredentialsProperties extends ModelPanelProperties {
  readonly view: ModelView;
  readonly at: number;
}

function Credentials({ control, view, at }: CredentialsProperties): JSX.Element {
  const { shape, state, traffic, health } = view;
  const { page, show } = control;
  const mayOperate = page.moment === undefined && page.connection.kind === "live" && !page.connection.readOnly;
  const ask = (verb: PendingOperation["verb"], credential?: string): void =>
    show({ dialog: { kind: "operation", operation: { verb, model: view.id, credential } } });
  const shares = sharesOf(view);
  return (
    <section class="credentials" aria-label="Credentials">
      <div class="bar">
        <span class={`pill ${toneOf[health]}`} id="health">
          <i class="dot" /> {health}
        </span>
        <span class="small">
          {state.nextProbeAt !== null && state.nextProbeAt > at && (
            <>next probe in {countdownText(state.nextProbeAt - at)}</>
          )}
          {traffic !== undefined && health === "failed over" && shape.failback.requests > 0 && (
            <> or after {Math.max(0, shape.failback.requests - traffic.served)} more calls</>
          )}
        </span>
        <span class="room" />
        {mayOperate && (
          <>
            <button class="quiet" onClick={() => ask("failback")} disabled={health === "well"}>
              Fail back now
            </button>
            <button class="quiet" onClick={() => ask("reset")}>
              Reset
            </button>
          </>
        )}
      </div>
      <table>
        <tbody>
          {shape.credentials.map(({ id, provider, upstreamModel }, slot) => {
            const standing = standingOf(view, id, at);
            const isDisabled = standing === "disabled";
            return (
              <tr class={`key ${standing}`} data-credential={id} data-standing={standing}>
                <th scope="row">
                  <i class="dot" /> <span class={`id ${standing}`}>{id}</span>
                </th>
                <td class="small dim whom">{provider === upstreamModel ? provider : `${provider} ${upstreamModel}`}</td>
                <td class={`standing ${standing}`}>{standingWords(view, id, standing, at)}</td>
                <td class="share">
                  <ShareBar share={shares[slot] ?? 0} />
                </td>
                <td class="number">
                  {traffic === undefined ? "" : `${rateText(traffic.attemptsPerSecond[slot] ?? 0)}/s`}
                </td>
                <td class="number bad failing">
                  {(traffic?.failedPerSecond[slot] ?? 0) > 0
                    ? `${rateText(traffic?.failedPerSecond[slot] ?? 0)} failed/s`
                    : ""}
                </td>
                <td class="act">
                  {mayOperate && (
                    <button
                      class="quiet"
                      aria-label={`${isDisabled ? "Enable" : "Disable"} ${id}`}
                      onClick={() => ask(isDisabled ? "enable" : "disable", id)}
                    >
                      {isDisabled ? "Enable" : "Disable"}
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
