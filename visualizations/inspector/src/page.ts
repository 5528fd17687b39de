import type { CallEntry } from "../../../src/inspect/entries.ts";
import { type ConnectionState, follow } from "./live/connection.ts";
import { createFrames } from "./live/frames.ts";
import { hearing } from "./live/hearing.ts";
import { createSession, type Session } from "./live/session.ts";
import { type CarryOut, operator, type PendingOperation } from "./operations.ts";
import { createRecordings, type Recordings } from "./recordings.ts";
import { createStory, type ModelView, type Story } from "./story/story.ts";
import { createTravel, type Travel } from "./travel.ts";

/** Which of what happened is told. */
export interface StoryFilter {
  readonly show: "moves" | "trouble" | "all";
  readonly credential: string;
  readonly class: string;
}

/** What is open over the page. */
export type Dialog = { readonly kind: "operation"; readonly operation: PendingOperation } | { readonly kind: "help" };

/** Everything that the page shows. */
export interface Page {
  readonly session: Session;
  readonly connection: ConnectionState;
  /** Entries that were too many to be sent. */
  readonly dropped: number;
  /** The story that is shown: the live one, or a recording's. */
  readonly story: Story;
  /** The file that is shown instead of what is live. */
  readonly recording: string | undefined;
  /** The time that is shown; `undefined`: now. */
  readonly moment: number | undefined;
  /** How many times faster than it was time passes; 0: it stands. */
  readonly speed: number;
  /** The model that is shown; `undefined`: all. */
  readonly model: string | undefined;
  /** The call whose trail is shown. */
  readonly call: CallEntry | undefined;
  readonly search: string;
  /** Only models that stand so are shown. */
  readonly health: ModelView["health"] | undefined;
  readonly filter: StoryFilter;
  /** How much time the lanes show. */
  readonly spanMs: number;
  readonly dialog: Dialog | undefined;
  /** What could not be done. */
  readonly fault: string | undefined;
}

/** Changes what is shown. */
export type Show = (change: Partial<Page>) => void;

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
