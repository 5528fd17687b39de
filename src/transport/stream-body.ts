import type { StreamRelay } from "./relay-stream.ts";

/** A stream as `fetch` gives it: its body fails where the stream was cut short. */
export function streamBody(relay: StreamRelay): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const stop = (reason: unknown): void => controller.error(reason);
        relay.onStop = stop;
      },
      pull: async (controller) => {
        const piece = await relay.read();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => relay.leave(),
    },
    { highWaterMark: 0 },
  );
}
