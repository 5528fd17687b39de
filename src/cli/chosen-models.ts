import type { Config, ModelConfig } from "../config/index.ts";
import { UsageError } from "../errors.ts";

/** A model that a command is about. */
export interface ChosenModel {
  readonly id: string;
  readonly config: ModelConfig;
}

/**
 * The models that a command is about: the one that `--model` names, else all.
 *
 * @throws UsageError for a model that the configuration does not have.
 */
export function chosenModels({ models }: Config, wanted: string | undefined): readonly ChosenModel[] {
  const all = Object.entries(models).map(([id, config]): ChosenModel => ({ id, config }));
  if (wanted === undefined) return all;
  const found = all.filter(({ id }) => id === wanted);
  if (found.length > 0) return found;
  throw new UsageError({
    path: "--model",
    found: JSON.stringify(wanted),
    wanted: `one of ${all.map(({ id }) => id).join(", ")}`,
  });
}
