import * as z from "zod";

/** Statecharts of models, each shape drawn once. */
export interface Charts {
  /**
   * Draws the shape that a query names: `credentials=a,b` and the fields of its failback policy.
   *
   * @returns an SVG document without a style; `undefined` for a query that names no shape.
   */
  svg(query: URLSearchParams): Promise<string | undefined>;
}

const count = z.coerce.number().nonnegative();

/** What a drawing depends on. Ids are as S1 wants them, so that a comma parts them. */
const shape = z.object({
  credentials: z
    .string()
    .transform((ids) => ids.split(","))
    .pipe(
      z
        .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/))
        .min(1)
        .max(50),
    ),
  strategy: z.enum(["stepwise", "priority"]),
  timeoutMs: count,
  requests: z.coerce.number().int().nonnegative(),
  growth: count,
  maxCooldownMs: count,
  minIntervalMs: count,
  respectRetryAfter: z.stringbool(),
  maxMs: count,
});

/** A drawing has some 10 kB. */
const mostCharts = 64;

/** Makes a drawer that has drawn nothing yet. */
export function createCharts(most = mostCharts): Charts {
  const drawn = new Map<string, Promise<string>>();

  async function draw({ credentials, ...failback }: z.output<typeof shape>): Promise<string> {
    // The layout engine is large, and most who serve an inspector are never looked at.
    const [{ bareGraphSvg }, { viewOf }, { shortModelGraph }] = await Promise.all([
      import("../../visualizations/graph-svg.ts"),
      import("../../visualizations/graph-view.ts"),
      import("../../visualizations/model-graph.ts"),
    ]);
    const view = viewOf(shortModelGraph({ id: "", credentials, failback }));
    return bareGraphSvg({ ...view, note: undefined });
  }

  return {
    svg: async (query) => {
      const parsed = shape.safeParse(Object.fromEntries(query), { jitless: true });
      if (!parsed.success) return undefined;
      const key = JSON.stringify(parsed.data);
      const known = drawn.get(key) ?? draw(parsed.data);
      drawn.delete(key);
      drawn.set(key, known);
      const [oldest] = drawn.keys();
      if (drawn.size > most && oldest !== undefined) drawn.delete(oldest);
      return known;
    },
  };
}
