import { readsAsWords } from "./code-rules.ts";
import { property } from "./guarded.ts";
import { foldText } from "./fold-text.ts";
import { collectSignals, type Signals } from "./signals.ts";

/** The signals of a failure, made ready for the rules. */
export interface Evidence extends Signals {
  /** All sentences and telling codes, folded, one a line. */
  readonly prose: string;
  /** The innermost status that is an error's. */
  readonly status: number | undefined;
  /** The status of the answer itself where nothing within names another; 2xx included. */
  readonly answered: number | undefined;
}

/** Collects and prepares what a failure tells. */
export function gatherEvidence(input: unknown): Evidence {
  const signals = collectSignals(input);
  const words = [...signals.texts.map(foldText), ...signals.codes.filter(readsAsWords).map(foldText)];
  return { ...signals, prose: words.join("\n"), status: signals.statuses.at(-1), answered: outerStatus(input) };
}

function outerStatus(input: unknown): number | undefined {
  const status = typeof input === "object" && input !== null ? property(input, "status") : undefined;
  return typeof status === "number" && Number.isInteger(status) ? status : undefined;
}
