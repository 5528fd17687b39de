import type { CallEntry } from "../../../src/inspect/entries.ts";
import type { FeedLine } from "../../../src/inspect/viewers.ts";
import { type Connection, type ConnectionState, follow } from "./live/connection.ts";
import { createFrames } from "./live/frames.ts";
import { createSession, type Session } from "./live/session.ts";
import { readRecording, recordingOf } from "./story/recording.ts";
import { createStory, type ModelView, type Story } from "./story/story.ts";

/** An operator's word that waits for its confirmation. */
export interface PendingOperation {
  readonly verb: "reset" | "failback" | "disable" | "enable";
  readonly model: string;
  readonly credential?: string | undefined;
  readonly fault?: string | undefined;
  readonly wantsKey?: boolean | undefined;
}

/** Which of what happened is told. */
export interface StoryFilter {
  readonly show: "moves" | "trouble" | "all";
  readonly credential: string;
  readonly class: string;
}

/** What is open over the page. */
export type Dialog = { readonly kind: "operation"; readonly operation: PendingOperation } | { readonly kind: "help" };

/** Everything that the page shows, and what one can do to it. */
export interface Page {
  readonly connection: ConnectionState;
  readonly dropped: number;
  /** The story that is shown: the live one, or a recording's. */
  readonly story: Story;
  /** The file that is shown instead of what is live. */
  readonly recording: string | undefined;
  /** The time that is shown; `undefined`: now. */
  readonly moment: number | undefined;
  /** How many times faster than life the story is replayed; 0: it stands. */
  readonly speed: number;
  readonly model: string | undefined;
  readonly call: CallEntry | undefined;
  readonly search: string;
  readonly health: ModelView["health"] | undefined;
  readonly filter: StoryFilter;
  readonly spanMs: number;
  readonly dialog: Dialog | undefined;
  readonly fault: string | undefined;
  readonly session: Session;
}

/** A page, with what moves it. */
export interface PageControl {
  readonly page: Page;
  /** Changes what is shown. */
  readonly show: (change: Partial<Page>) => void;
  readonly openModel: (model: string | undefined) => void;
  /** Shows another time, within the story; `undefined`: now. */
  readonly travel: (moment: number | undefined) => void;
  readonly play: (speed: number) => void;
  /** To the next thing that turned a machine, or to the one before. */
  readonly step: (direction: 1 | -1) => void;
  readonly giveKey: (key: string) => void;
  readonly carryOut: (operation: PendingOperation, key?: string) => Promise<void>;
  readonly exportRecording: () => void;
  readonly importRecording: (file: File) => Promise<void>;
  readonly closeRecording: () => void;
}

type Writable = { -readonly [Name in keyof Page]: Page[Name] };

const mostRecordingBytes = 128 * 1024 * 1024;

/** Starts the page: it follows its inspector from now on, and is drawn by `render` whenever something has changed. */
export function startPage(base: URL, render: (control: PageControl) => void): PageControl {
  const place = new URLSearchParams(location.hash.slice(1));
  const session = createSession(base, place.get("key") ?? undefined);
  const frames = createFrames(() => render(control));
  const live = createStory();
  let run: string | undefined;
  /** The latest entry of that run, and the latest before the connection broke. */
  let [latest, known] = [0, 0];

  const page: Writable = {
    connection: { kind: "connecting" },
    dropped: 0,
    story: live,
    recording: undefined,
    moment: undefined,
    speed: 0,
    model: place.get("model") ?? undefined,
    call: undefined,
    search: "",
    health: undefined,
    filter: { show: "trouble", credential: "", class: "" },
    spanMs: 60_000,
    dialog: undefined,
    fault: undefined,
    session,
  };

  function show(change: Partial<Page>): void {
    Object.assign(page, change);
    frames.request();
  }

  function hear(line: FeedLine): void {
    switch (line.type) {
      case "hello":
        // Another process counts anew; what this page knows of the one before stays.
        if (line.run !== run) latest = 0;
        run = line.run;
        known = latest;
        break;
      case "history":
        for (const entry of line.entries) addOnce(entry);
        break;
      case "entries":
        page.dropped += line.dropped;
        for (const entry of line.entries) addOnce(entry);
        break;
      case "present":
        live.settle(line.models, line.at);
        break;
      case "traffic":
        live.tick(line.models, line.at);
        break;
      case "dropped":
        page.dropped += line.dropped;
        break;
    }
    frames.request();
  }

  /** After a break the inspector tells its history again. */
  function addOnce(entry: Parameters<Story["add"]>[0]): void {
    if (entry.number <= known) return;
    latest = Math.max(latest, entry.number);
    live.add(entry);
  }

  function openModel(model: string | undefined): void {
    const hash = new URLSearchParams(location.hash.slice(1));
    if (model === undefined) hash.delete("model");
    else hash.set("model", model);
    history.pushState(undefined, "", `#${hash}`);
    show({ model, call: undefined, filter: { ...page.filter, credential: "", class: "" } });
  }

  function travel(moment: number | undefined): void {
    const { story, recording } = page;
    if (moment === undefined && recording === undefined) return show({ moment: undefined, speed: 0 });
    show({ moment: Math.min(story.to, Math.max(story.from, moment ?? story.to)) });
  }

  /** The replay goes on from frame to frame. */
  let playedAt = 0;
  function play(speed: number): void {
    if (speed > 0 && (page.moment === undefined || page.moment >= page.story.to)) travel(page.story.from);
    const isOn = page.speed > 0;
    show({ speed });
    playedAt = performance.now();
    if (speed > 0 && !isOn) requestAnimationFrame(playOn);
  }
  function playOn(): void {
    if (page.speed === 0 || page.moment === undefined) return;
    const now = performance.now();
    const next = page.moment + (now - playedAt) * page.speed;
    playedAt = now;
    if (next < page.story.to) {
      travel(next);
      requestAnimationFrame(playOn);
    } else {
      show({ speed: 0 });
      travel(undefined);
    }
  }

  function step(direction: 1 | -1): void {
    const { story, model } = page;
    const turnings = model === undefined ? story.turnings : (story.models.get(model)?.turnings ?? story.turnings);
    const moment = page.moment ?? story.to + 1;
    const count = turnings.countAt(direction > 0 ? moment : moment - 1);
    const next = turnings.items[direction > 0 ? count : count - 1];
    if (next !== undefined) travel(next.at);
    else if (direction > 0) travel(undefined);
  }

  async function carryOut(operation: PendingOperation, key?: string): Promise<void> {
    const { verb, model, credential } = operation;
    if (key !== undefined) session.key = key;
    const ofCredential = credential === undefined ? "" : `/credentials/${encodeURIComponent(credential)}`;
    const fail = (fault: string, wantsKey = false): void =>
      show({ dialog: { kind: "operation", operation: { ...operation, fault, wantsKey } } });
    try {
      const answer = await session.ask(`models/${encodeURIComponent(model)}${ofCredential}/${verb}`, {
        method: "POST",
      });
      if (answer.ok) return show({ dialog: undefined });
      if (answer.status === 401)
        return fail(key === undefined ? "This wants the admin key." : "This key is not the one.", true);
      const body = (await answer.json().catch(() => ({}))) as { error?: { message?: string } };
      fail(body.error?.message ?? `The inspector answered ${answer.status}.`);
    } catch {
      fail("The inspector cannot be reached.");
    }
  }

  const control: PageControl = {
    page,
    show,
    openModel,
    travel,
    play,
    step,
    giveKey: (key) => {
      session.key = key;
      connection.retry();
    },
    carryOut,
    exportRecording: () => {
      const now = new Date();
      const name = `keyswitch-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}.jsonl`;
      saveFile(name, recordingOf(page.story, now));
    },
    importRecording: async (file) => {
      try {
        if (file.size > mostRecordingBytes) throw new Error("The file is larger than 128 MB");
        const story = readRecording(await file.text());
        const isKnown = page.model !== undefined && story.models.has(page.model);
        show({ story, recording: file.name, moment: story.to, speed: 0, call: undefined, fault: undefined });
        if (!isKnown) openModel(undefined);
      } catch (error) {
        show({ fault: error instanceof Error ? error.message : "The file cannot be read" });
      }
    },
    closeRecording: () => show({ story: live, recording: undefined, moment: undefined, speed: 0, call: undefined }),
  };

  addEventListener("popstate", () => {
    show({ model: new URLSearchParams(location.hash.slice(1)).get("model") ?? undefined, call: undefined });
  });
  const connection: Connection = follow(session, {
    onLine: hear,
    onState: (state) => show({ connection: state }),
  });
  return control;
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
