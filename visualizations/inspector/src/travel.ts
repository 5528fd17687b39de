import type { Page, Show } from "./page-state.ts";

/** Leads through the time of a story. */
export interface Travel {
  /** Shows another time, within the story; `undefined`: now, or a recording's end. */
  readonly travel: (moment: number | undefined) => void;
  /** Lets time pass, so many times faster than it did; 0: stops it. */
  readonly play: (speed: number) => void;
  /** To the next thing that turned a machine, or to the one before. */
  readonly step: (direction: 1 | -1) => void;
}

/** Makes a page's way through time. */
export function createTravel(page: Page, show: Show): Travel {
  let playedAt = 0;

  function travel(moment: number | undefined): void {
    const { story, recording } = page;
    if (moment === undefined && recording === undefined) return show({ moment: undefined, speed: 0 });
    show({ moment: Math.min(story.to, Math.max(story.from, moment ?? story.to)) });
  }

  function play(speed: number): void {
    const isOver = page.moment === undefined || page.moment >= page.story.to;
    if (speed > 0 && isOver) travel(page.story.from);
    const wasOn = page.speed > 0;
    show({ speed });
    playedAt = performance.now();
    if (speed > 0 && !wasOn) requestAnimationFrame(playOn);
  }

  /** From frame to frame. */
  function playOn(): void {
    if (page.speed === 0 || page.moment === undefined) return;
    const now = performance.now();
    const next = page.moment + (now - playedAt) * page.speed;
    playedAt = now;
    if (next >= page.story.to) {
      show({ speed: 0 });
      return travel(undefined);
    }
    travel(next);
    requestAnimationFrame(playOn);
  }

  function step(direction: 1 | -1): void {
    const { story, model = "" } = page;
    const { items, countAt } = story.models.get(model)?.turnings ?? story.turnings;
    const moment = page.moment ?? story.to + 1;
    const next = direction > 0 ? items[countAt(moment)] : items[countAt(moment - 1) - 1];
    if (next !== undefined) travel(next.at);
    else if (direction > 0) travel(undefined);
  }

  return { travel, play, step };
}
