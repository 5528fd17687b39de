/** The properties that share a run's sequences. */
const propertyCount = 33;

/** Sequences in all, over every property of the machines: a full run is 100 000. */
const total = Number(process.env["PROPERTY_RUNS"] ?? 3_300);

/** How many sequences one property gets. */
export const numRuns = Math.max(1, Math.ceil(total / propertyCount));

/** How long one property may take: a full run is not to be cut short on a slow machine. */
export const timeoutMs = 30_000 + numRuns * 200;
