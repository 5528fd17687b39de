/** Loaded into the gateway's process: tells what it holds, once all garbage is gone, whenever the parent asks for it. */
process.on("message", () => {
  globalThis.gc?.();
  const { heapUsed, external, rss: residentBytes } = process.memoryUsage();
  process.send?.({ heldBytes: heapUsed + external, residentBytes });
});
// A gateway that is told to stop must not be kept alive by this.
process.channel?.unref();
