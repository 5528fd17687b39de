import { follow } from "./live/connection.ts";
import { createFrames } from "./live/frames.ts";
import { hearing } from "./live/hearing.ts";
import { createSession } from "./live/session.ts";
import { type CarryOut, operator } from "./operations.ts";
import type { Page, Show } from "./page-state.ts";
import { createRecordings, type Recordings } from "./recordings.ts";
import { createStory } from "./story/story.ts";
import { createTravel, type Travel } from "./travel.ts";

/** A page, with what moves it. */
export interface PageControl extends Travel, Recordings {
  readonly page: Page;
  readonly show: Show;
  readonly openModel: (model: string | undefined) => void;
  readonly giveKey: (key: string) => void;
  readonly carryOut: CarryOut;
}

/** Starts the page: it follows its inspector from now on, and is drawn by `render` whenever something has changed. */
export function startPage(base: URL, render: (control: PageControl) => void): PageControl {
  const live = createStory();
  const session = createSession(base, placeInAddress().get("key") ?? undefined);
  const page: { -readonly [Name in keyof Page]: Page[Name] } = {
    session,
    connection: { kind: "connecting" },
    dropped: 0,
    story: live,
    recording: undefined,
    moment: undefined,
    speed: 0,
    model: placeInAddress().get("model") ?? undefined,
    call: undefined,
    search: "",
    health: undefined,
    filter: { show: "trouble", credential: "", class: "" },
    spanMs: 60_000,
    dialog: undefined,
    fault: undefined,
  };
  const frames = createFrames(() => render(control));
  const show: Show = (change) => {
    Object.assign(page, change);
    frames.request();
  };
  const hear = hearing(live, (count) => {
    page.dropped += count;
  });
  const control: PageControl = {
    page,
    show,
    openModel: (model) => {
      rememberInAddress(model);
      show({ model, call: undefined, filter: { ...page.filter, credential: "", class: "" } });
    },
    giveKey: (key) => {
      session.key = key;
      connection.retry();
    },
    carryOut: operator(session, show),
    ...createTravel(page, show),
    ...createRecordings(page, live, show),
  };

  addEventListener("popstate", () => show({ model: placeInAddress().get("model") ?? undefined, call: undefined }));
  const connection = follow(session, {
    onLine: (line) => {
      hear(line);
      frames.request();
    },
    onState: (state) => show({ connection: state }),
  });
  return control;
}

/** What is after the `#`, which is sent to nobody: the model that is shown, and the key of a server that made its own. */
function placeInAddress(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

function rememberInAddress(model: string | undefined): void {
  const place = placeInAddress();
  if (model === undefined) place.delete("model");
  else place.set("model", model);
  history.pushState(undefined, "", `#${place.toString()}`);
}
