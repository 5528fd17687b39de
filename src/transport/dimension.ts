import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { CallerRequest } from "./caller-request.ts";
import type { OwnError } from "./error-shape.ts";
import { memberText } from "./json-members.ts";

/**
 * Refuses a request for vectors of another length than the model's: they would not fit what is stored, and no other key
 * would mend that (S41).
 */
export function dimensionMisfit({ id, embedding }: RuntimeModel, { json }: CallerRequest): OwnError | undefined {
  const asked = json && memberText(json, "dimensions");
  if (embedding?.dimension === undefined || asked === undefined || asked === "null") return undefined;
  if (Number(asked) === embedding.dimension) return undefined;
  return {
    status: 400,
    code: "dimension_mismatch",
    message: `Model "${id}" has vectors of ${embedding.dimension} numbers; the request asks for ${asked.slice(0, 20)}`,
  };
}

/** What asks for numbers of another kind, which may be packed: their count says nothing then. */
const elementTypes = /dtype|embedding_type/;

/** How long the vectors of an answer must be; `undefined` where that is not known. */
export function wantedDimension(
  { kind }: RuntimeModel,
  { json }: CallerRequest,
  { dimension }: Credential,
): number | undefined {
  const isPacked = json?.members.some(({ key }) => elementTypes.test(key)) ?? false;
  return kind !== "embedding" || isPacked ? undefined : dimension;
}
