/**
 * Resolves with the first signal that tells the process to end. The next one ends it at once: whoever asks twice does not
 * want to wait for calls in flight.
 */
export function untilToldToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isTold = false;
    const hear = (signal: NodeJS.Signals): void => {
      if (isTold) process.exit(1);
      isTold = true;
      resolve(signal);
    };
    process.on("SIGTERM", hear);
    process.on("SIGINT", hear);
  });
}
