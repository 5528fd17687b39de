import type { ShownModel } from "./model-report.ts";

/** Remembers what credentials did from look to look. */
export interface RecentTraffic {
  note(models: readonly ShownModel[]): void;
  /** A credential's attempts between the last looks as a row of bars, the latest last; bars of one model compare. */
  barsOf(model: string, credential: string): string;
}

const lookCount = 30;
const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Makes a memory of nothing yet. */
export function createRecentTraffic(): RecentTraffic {
  const models = new Map<string, Map<string, Counted>>();
  return {
    note: (shown) => {
      for (const { model, credentials, usage } of shown) {
        const known = models.get(model) ?? new Map<string, Counted>();
        const counted = credentials.map(
          (credential) => [credential, countedOn(known.get(credential), usage[credential]?.attempts ?? 0)] as const,
        );
        models.set(model, new Map(counted));
      }
    },
    barsOf: (model, credential) => {
      const known = models.get(model) ?? new Map<string, Counted>();
      const most = Math.max(1, ...[...known.values()].flatMap(({ steps }) => steps));
      return (known.get(credential)?.steps ?? []).map((step) => barOf(step / most)).join("");
    },
  };
}

interface Counted {
  readonly total: number;
  /** What was added from look to look. */
  readonly steps: readonly number[];
}

/** A gateway that was started again counts from nothing. */
function countedOn(before: Counted | undefined, total: number): Counted {
  if (before === undefined) return { total, steps: [] };
  const step = total >= before.total ? total - before.total : total;
  return { total, steps: [...before.steps, step].slice(-lookCount) };
}

function barOf(share: number): string {
  return bars[Math.ceil(share * (bars.length - 1))] ?? "";
}
