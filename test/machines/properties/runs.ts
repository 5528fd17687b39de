/** The properties that share a run's sequences. */
const propertyCount = 34;

/** Sequences in all, over every property of the machines: a full run is 100 000. */
const total = Number(process.env["PROPERTY_RUNS"] ?? 3_400);

/** How many sequences one property gets. */
export const numRuns = Math.max(1, Math.ceil(total / propertyCount));
