import { UsageError } from "../errors.ts";
import type { Keyswitch } from "../keyswitch.ts";
import type { Model } from "../model.ts";

/** The models that there are now, whenever it is asked: a reload may bring others. */
type ShownModels = () => readonly Model[];

/**
 * The models that are to be shown.
 *
 * @throws UsageError for what has none.
 */
export function shownModels(models: Keyswitch | readonly Model[] | undefined): ShownModels {
  if (isKeyswitch(models)) return () => models.models.map((id) => models.model(id));
  if (isListOfModels(models)) return () => models;
  throw new UsageError({
    path: "models",
    found: Array.isArray(models) ? "a list of something else" : typeof models,
    wanted: "what createKeyswitch returned, or a list of models",
  });
}

function isKeyswitch(value: unknown): value is Keyswitch {
  return has(value, "reload") && has(value, "models");
}

/** Not by where they come from: another copy of the package makes models too. */
function isListOfModels(value: unknown): value is readonly Model[] {
  return Array.isArray(value) && value.every((each) => has(each, "on") && has(each, "snapshot"));
}

function has(value: unknown, member: string): boolean {
  return typeof value === "object" && value !== null && member in value;
}
