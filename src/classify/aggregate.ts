import { instanceOf, listOf, property } from "./guarded.ts";
import { classOfTransportCode } from "./transport-rules.ts";

const maxMembers = 16;

/**
 * Whether a failure is several failures: an `AggregateError` of attempts. Node's own one, of the addresses that it tried for a
 * single connection, has a transport code and is one failure; so has the AI SDK's `RetryError`, of which the last attempt counts.
 */
export function isAggregate(input: unknown): input is AggregateError {
  if (!instanceOf(input, AggregateError)) return false;
  const code = property(input, "code");
  return !(typeof code === "string" && classOfTransportCode(code) !== undefined) && membersOf(input).length > 0;
}

/** The failures of an aggregate, other than itself; the first 16 of them. */
export function membersOf(aggregate: AggregateError): readonly unknown[] {
  const errors = listOf(property(aggregate, "errors")) ?? [];
  return errors.slice(0, maxMembers).filter((member) => !instanceOf(member, AggregateError));
}
