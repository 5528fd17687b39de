import type { Credential, RuntimeModel } from "../config/runtime.ts";
import type { CallerRequest } from "./caller-request.ts";
import type { OwnError } from "./error-shape.ts";
import { innerRequests } from "./gemini-body.ts";
import { type JsonObjectText, memberText } from "./json-members.ts";

/**
 * Refuses a request for vectors of another length than the model's: they would not fit what is stored, and no other key
 * would mend that (S41).
 */
export function dimensionMisfit({ id, embedding }: RuntimeModel, { json }: CallerRequest): OwnError | undefined {
  const dimension = embedding?.dimension;
  if (dimension === undefined || json === undefined) return undefined;
  const misfit = firstOther(lengthsAskedFor(json), dimension);
  return misfit === undefined
    ? undefined
    : {
        status: 400,
        code: "dimension_mismatch",
        message: `Model "${id}" has vectors of ${dimension} numbers; the request asks for ${misfit.slice(0, 20)}`,
      };
}

function firstOther(asked: Iterable<string>, dimension: number): string | undefined {
  for (const text of asked) if (Number(text) !== dimension) return text;
  return undefined;
}

/** By the names of OpenAI and Gemini, in a batch once a request. */
function* lengthsAskedFor(json: JsonObjectText): Generator<string, void, undefined> {
  yield* lengthsIn(json);
  for (const request of innerRequests(json)) yield* lengthsIn(request);
}

function lengthsIn(request: JsonObjectText): readonly string[] {
  return lengthNames.map((name) => memberText(request, name) ?? "null").filter((text) => text !== "null");
}

const lengthNames = ["dimensions", "outputDimensionality", "output_dimensionality"];

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
