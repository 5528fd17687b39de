/** What a frame's making is called among a browser's user timings. */
const measure = "keyswitch-frame";

/** Renders once a frame, however much has happened in it. */
export interface Frames {
  readonly request: () => void;
}

/** Makes frames of what `render` draws. */
export function createFrames(render: () => void): Frames {
  let isRequested = false;
  const draw = (): void => {
    isRequested = false;
    const start = performance.now();
    render();
    performance.measure(measure, { start });
    // Whoever observes has it by now, and the browser would keep them all.
    performance.clearMeasures(measure);
  };
  return {
    request: () => {
      if (isRequested) return;
      isRequested = true;
      requestAnimationFrame(draw);
    },
  };
}
