import * as z from "zod";

const count = z.number();

/** A model's report as a running gateway gives it, as far as the table shows it. */
const modelReport = z.looseObject({
  model: z.string(),
  active: z.string().nullable(),
  probing: z.string().nullable(),
  epoch: count,
  credentials: z.array(z.string()),
  disabled: z.array(z.string()),
  cooldowns: z.record(z.string(), count),
  nextProbeInMs: count.nullable(),
  usage: z.record(
    z.string(),
    z.looseObject({
      attempts: count,
      served: count,
      failures: z.record(z.string(), count),
      inputTokens: count,
      outputTokens: count,
      unknownUsage: count,
    }),
  ),
  upstreams: z.record(z.string(), z.looseObject({ provider: z.string(), model: z.string() })),
});

export type ShownModel = z.output<typeof modelReport>;

/** The answer for all models; the answer for one. `undefined`: it is not a keyswitch that answered. */
export function readReports(body: unknown): readonly ShownModel[] | undefined {
  const models = z.union([
    z.object({ models: z.array(modelReport) }),
    modelReport.transform((one) => ({ models: [one] })),
  ]);
  return models.safeParse(body, { jitless: true }).data?.models;
}

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), known: z.array(z.string()).optional() }),
});

/** What a gateway says is wrong. */
export function readError(body: unknown): z.output<typeof errorBody>["error"] | undefined {
  return errorBody.safeParse(body, { jitless: true }).data?.error;
}
