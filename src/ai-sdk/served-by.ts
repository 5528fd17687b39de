import type { SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { Credential } from "../config/index.ts";
import type { AttemptContext } from "../engine/call.ts";

/** Who answered a call: `providerMetadata.keyswitch` of a result, and of a stream's end. */
export interface ServedBy {
  /** Name of the logical model. */
  readonly model: string;
  /** Id of the credential. */
  readonly credential: string;
  /** The call's id, as in events and logs. */
  readonly call: string;
  /** How many attempts it took, this one included. */
  readonly attempts: number;
}

/** Adds who answered to what the provider says of its answer. */
export function signed<Answer extends { readonly providerMetadata?: SharedV4ProviderMetadata }>(
  answer: Answer,
  model: string,
  { credential, call, attempt }: AttemptContext<Credential>,
): Answer {
  const servedBy: ServedBy = { model, credential: credential.id, call, attempts: attempt };
  return { ...answer, providerMetadata: { ...answer.providerMetadata, keyswitch: { ...servedBy } } };
}
