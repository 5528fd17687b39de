import { UsageError } from "../errors.ts";
import { liveModelOf, type LiveModel, type Model } from "../model.ts";

/**
 * What runs behind a model, if it is of the kind that is wanted.
 *
 * @param path - The function that was given it, for the error.
 * @throws UsageError
 */
export function liveModelOfKind(model: Model, kind: "chat" | "embedding", path: string): LiveModel {
  const live = liveModelOf(model);
  if (live === undefined) {
    throw new UsageError({ path, found: typeof model, wanted: "a model of createKeyswitch or createModel" });
  }
  if (model.kind !== kind) {
    throw new UsageError({ path, found: `a model of kind ${model.kind}`, wanted: `one of kind ${kind}` });
  }
  return live;
}

/**
 * Hands on what was made for a credential, if it speaks the AI SDK's fourth specification. Of another one, parts and
 * usage have other shapes.
 *
 * @throws UsageError
 */
export function ofFourthSpecification<Made extends { readonly specificationVersion: string }>(
  made: Made,
  path: string,
): Made {
  // It may come from JavaScript, or be the name of a model.
  const version = (made as Partial<Made> | undefined)?.specificationVersion;
  if (version === "v4") return made;
  const found = version === undefined ? typeof made : `a model of specification ${version}`;
  throw new UsageError({ path, found, wanted: "a model of specification v4, as providers for ai 7 make them" });
}
