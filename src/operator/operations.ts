import type { OperatorEvent } from "../engine/model-engine.ts";
import { ClosedError } from "../errors.ts";
import type { Model } from "../model.ts";

/** Models, as their operator sees them; a `ModelSet` is one. */
export interface OperatedModels {
  readonly ids: readonly string[];
  get(id: string): OperatedModel | undefined;
}

/** A model that an operator has a word on. */
export interface OperatedModel {
  readonly face: Model;
  /** @throws ClosedError */
  present(): { readonly engine: { operate(event: OperatorEvent): void } };
}

/** What an operator says (S14). */
export type Operation =
  | { readonly verb: "reset" | "failback"; readonly model: string }
  | { readonly verb: "disable" | "enable"; readonly model: string; readonly credential: string };

/** What came of it. */
export type Operated =
  | { readonly kind: "done"; readonly model: Model }
  | { readonly kind: "refused"; readonly refusal: OperationRefusal };

/** Why it was not done. */
export interface OperationRefusal {
  readonly status: 404 | 409;
  readonly code: "unknown_model" | "unknown_credential" | "all_disabled" | "model_closed";
  readonly message: string;
  /** What there is, where what was named is not. */
  readonly known?: readonly string[];
}

/** Where an operation is asked for, below the operator's place: `/models/MODEL/reset`. */
const placesOfOperations = [
  // A model's name may hold slashes, so that it is what stands between the words around it.
  /^\/models\/(?<model>.+)\/credentials\/(?<credential>[^/]+)\/(?<verb>disable|enable)$/,
  /^\/models\/(?<model>.+)\/(?<verb>reset|failback)$/,
];

/** The operation that is asked for at a path, decoded; `undefined`: none is. */
export function operationAt(path: string): Operation | undefined {
  const found = placesOfOperations.map((place) => place.exec(path)?.groups).find((groups) => groups !== undefined);
  return found === undefined ? undefined : (found as unknown as Operation);
}

/** Carries out an operator's word. Said again, it changes nothing more. */
export function operate(models: OperatedModels, operation: Operation): Operated {
  const model = models.get(operation.model);
  if (model === undefined) return refused(unknownModel(models, operation.model));
  const event = eventOf(model.face, operation);
  if (!("type" in event)) return refused(event);
  try {
    model.present().engine.operate(event);
    return { kind: "done", model: model.face };
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    const message = `"${model.face.id}" takes no more calls`;
    return refused({ status: 409, code: "model_closed", message });
  }
}

/** That there is no such model. */
export function unknownModel({ ids }: OperatedModels, id: string): OperationRefusal {
  return { status: 404, code: "unknown_model", message: `There is no model ${JSON.stringify(id)}`, known: ids };
}

function refused(refusal: OperationRefusal): Operated {
  return { kind: "refused", refusal };
}

function eventOf(model: Model, operation: Operation): OperatorEvent | OperationRefusal {
  const { credentials, disabled } = model.snapshot();
  if (!("credential" in operation)) {
    if (disabled.length < credentials.length) return { type: operation.verb === "reset" ? "RESET" : "FAILBACK" };
    const message = `Every credential of "${model.id}" is disabled: enable one first`;
    return { status: 409, code: "all_disabled", message };
  }
  const slot = credentials.indexOf(operation.credential);
  if (slot >= 0) return { type: operation.verb === "disable" ? "DISABLE" : "ENABLE", slot };
  const message = `"${model.id}" has no such credential`;
  return { status: 404, code: "unknown_credential", message, known: credentials };
}
