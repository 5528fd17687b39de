import type { FeedEntry } from "../../../../src/inspect/entries.ts";
import type { FeedLine } from "../../../../src/inspect/viewers.ts";
import type { Story } from "../story/story.ts";

/**
 * Tells a story by the lines of a feed. After a break the inspector tells its history again, of which what is known is
 * passed over; another process counts anew, and what is known of the one before stays.
 *
 * @param onDropped - Told of entries that were too many to be sent.
 */
export function hearing(story: Story, onDropped: (count: number) => void): (line: FeedLine) => void {
  let run: string | undefined;
  let latest = 0;
  let latestBeforeBreak = 0;

  function add(entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      if (entry.number <= latestBeforeBreak) continue;
      latest = Math.max(latest, entry.number);
      story.add(entry);
    }
  }

  return (line) => {
    switch (line.type) {
      case "hello":
        latestBeforeBreak = line.run === run ? latest : 0;
        latest = latestBeforeBreak;
        run = line.run;
        return;
      case "history":
        return add(line.entries);
      case "entries":
        add(line.entries);
        return onDropped(line.dropped);
      case "present":
        return story.settle(line.models, line.at);
      case "traffic":
        return story.tick(line.models, line.at);
      case "dropped":
        return onDropped(line.dropped);
    }
  };
}
