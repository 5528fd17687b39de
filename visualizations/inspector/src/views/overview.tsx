import { Component, type JSX } from "preact";
import type { PageControl } from "../page.ts";
import type { Health, ModelStory, ModelView } from "../story/story.ts";
import { rateText } from "../words.ts";
import { Cells, KeyList } from "./cells.tsx";
import { Sparkline } from "./sparkline.tsx";

/** Up to here there is room to name each credential. */
const mostRoomy = 8;

const healths: readonly Health[] = ["exhausted", "failed over", "probing", "well"];

/** All models at a glance. */
export function Overview({ control }: { readonly control: PageControl }): JSX.Element {
  const { page, show, openModel } = control;
  const { story, moment, search, health } = page;
  const views = story.viewsAt(moment);
  const counts = Map.groupBy(views, (view) => view.health);
  const wanted = search.toLowerCase();
  const shown = views.filter((view) => (health === undefined || view.health === health) && matches(view, wanted));
  const isRoomy = views.length <= mostRoomy;
  const perSecond = views.reduce((sum, { traffic }) => sum + (traffic?.callsPerSecond ?? 0), 0);
  return (
    <main class="overview">
      <div class="bar">
        <input
          id="search"
          type="search"
          placeholder="Find a model  ( / )"
          aria-label="Find a model or a credential"
          value={search}
          onInput={({ currentTarget }) => show({ search: currentTarget.value })}
        />
        <button class="chip" aria-pressed={health === undefined} onClick={() => show({ health: undefined })}>
          all <b>{views.length}</b>
        </button>
        {healths.map((each) => (
          <button
            class={`chip ${toneOf[each]}`}
            aria-pressed={health === each}
            onClick={() => show({ health: health === each ? undefined : each })}
          >
            <i class="dot" /> {each} <b>{counts.get(each)?.length ?? 0}</b>
          </button>
        ))}
        <span class="room" />
        {moment === undefined && (
          <span class="total">
            <b>{rateText(perSecond)}</b> calls/s
          </span>
        )}
      </div>
      {views.length === 0 ? (
        <p class="nothing">
          {page.connection.kind === "live" ? "There is no model here yet." : "Nothing is known yet."}
        </p>
      ) : (
        <ul class={isRoomy ? "cards roomy" : "cards"}>
          {shown.map((view) => (
            <Card
              key={view.id}
              view={view}
              story={story.models.get(view.id)}
              revision={moment === undefined && !isRoomy ? (story.models.get(view.id)?.revision ?? 0) : -1}
              at={moment ?? Date.now()}
              isRoomy={isRoomy}
              open={openModel}
            />
          ))}
        </ul>
      )}
      {views.length > 0 && shown.length === 0 && <p class="nothing">No model is like that.</p>}
    </main>
  );
}

export const toneOf = { exhausted: "bad", "failed over": "warn", probing: "warn half", well: "good" } as const;

function matches({ id, shape }: ModelView, wanted: string): boolean {
  return (
    wanted === "" ||
    [id, ...shape.credentials.map((each) => each.id)].some((each) => each.toLowerCase().includes(wanted))
  );
}

interface CardProperties {
  readonly view: ModelView;
  readonly story: ModelStory | undefined;
  /** Below 0: it may look otherwise each time. */
  readonly revision: number;
  /** The time that is shown. */
  readonly at: number;
  /** Whether there is room to name its credentials. */
  readonly isRoomy: boolean;
  readonly open: (model: string) => void;
}

/** One model. It is drawn anew only when something about it has changed, so that there may be hundreds. */
class Card extends Component<CardProperties> {
  override shouldComponentUpdate(next: CardProperties): boolean {
    return next.revision < 0 || next.revision !== this.props.revision || next.story !== this.props.story;
  }

  override render({ view, story, at, isRoomy, open }: CardProperties): JSX.Element {
    const { id, health, state, traffic } = view;
    return (
      <li>
        <button class={`card ${toneOf[health]}`} data-model={id} data-health={health} onClick={() => open(id)}>
          <span class="row">
            <i class="dot" />
            <strong>{id}</strong>
            {isRoomy && health !== "well" && <span class={`pill ${toneOf[health]}`}>{health}</span>}
            {traffic !== undefined && <span class="rate">{rateText(traffic.callsPerSecond)}/s</span>}
          </span>
          {isRoomy ? (
            <KeyList view={view} at={at} />
          ) : (
            <>
              <span class="row small">
                <span class="who">{state.active ?? "exhausted"}</span>
                {state.probing !== null && <span class="probe">proving {state.probing}</span>}
              </span>
              <Cells view={view} at={at} />
            </>
          )}
          {traffic !== undefined && story !== undefined && (
            <Sparkline good={story.servedCalls} bad={story.unservedCalls} width={200} height={20} />
          )}
        </button>
      </li>
    );
  }
}
