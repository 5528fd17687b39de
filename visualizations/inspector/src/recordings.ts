import type { Page, Show } from "./page-state.ts";
import { readRecording, recordingOf } from "./story/recording.ts";
import type { Story } from "./story/story.ts";

/** Saves what is known, and shows what was saved. */
export interface Recordings {
  readonly exportRecording: () => void;
  readonly importRecording: (file: File) => Promise<void>;
  /** Back to what is live. */
  readonly closeRecording: () => void;
}

const mostMegabytes = 128;

/** Makes a page's way to and from files. */
export function createRecordings(page: Page, live: Story, show: Show): Recordings {
  return {
    exportRecording: () => {
      const now = new Date();
      const name = `keyswitch-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}.jsonl`;
      saveFile(name, recordingOf(page.story, now));
    },
    importRecording: async (file) => {
      try {
        if (file.size > mostMegabytes * 1_000_000) throw new Error(`The file is larger than ${mostMegabytes} MB`);
        const story = readRecording(await file.text());
        const model = page.model !== undefined && story.models.has(page.model) ? page.model : undefined;
        show({ story, model, recording: file.name, moment: story.to, speed: 0, call: undefined, fault: undefined });
      } catch (error) {
        show({ fault: error instanceof Error ? error.message : "The file cannot be read" });
      }
    },
    closeRecording: () => show({ story: live, recording: undefined, moment: undefined, speed: 0, call: undefined }),
  };
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
