import type { JSX } from "preact";
import type { PageControl } from "../page.ts";
import { Dialogs } from "./dialogs.tsx";
import { Gate } from "./gate.tsx";
import { Header } from "./header.tsx";
import { Lanes } from "./lanes.tsx";
import { ModelPanel } from "./model-panel.tsx";
import { Overview } from "./overview.tsx";
import { Scrubber } from "./scrubber.tsx";
import { StoryList } from "./story-list.tsx";
import { CallTrail } from "./call-trail.tsx";

/** The page. */
export function App({ control }: { readonly control: PageControl }): JSX.Element {
  const { page } = control;
  const { story, moment, connection, recording } = page;
  if (recording === undefined && (connection.kind === "locked" || connection.kind === "refused")) {
    return <Gate control={control} connection={connection} />;
  }
  const view = page.model === undefined ? undefined : story.viewAt(page.model, moment);
  const isModel = page.model !== undefined && story.models.has(page.model);
  return (
    <div class={`page ${isModel ? "of-model" : "of-all"} ${moment === undefined ? "" : "past"}`}>
      <Header control={control} />
      {isModel ? <ModelPanel control={control} view={view} /> : <Overview control={control} />}
      <aside class="side" aria-label="What happened">
        {page.call === undefined ? <StoryList control={control} /> : <CallTrail control={control} call={page.call} />}
      </aside>
      <footer class="time" aria-label="Time">
        {isModel && <Lanes control={control} model={page.model ?? ""} />}
        <Scrubber control={control} />
      </footer>
      <Dialogs control={control} />
    </div>
  );
}
