import { property } from "./fields.ts";

const maxMembers = 16;

/**
 * Whether a failure is several failures: an `AggregateError` of attempts. Node's own one, of the addresses that it tried for a
 * single connection, has a code and is one failure; so has the AI SDK's `RetryError`, of which the last attempt counts.
 */
export function isAggregate(input: unknown): input is AggregateError {
  if (!(input instanceof AggregateError)) return false;
  return (
    property(input, "code") === undefined && Array.isArray(property(input, "errors")) && membersOf(input).length > 0
  );
}

/** The failures of an aggregate, other than itself; the first 16 of them. */
export function membersOf(aggregate: AggregateError): readonly unknown[] {
  const errors = property(aggregate, "errors");
  return Array.isArray(errors)
    ? errors.slice(0, maxMembers).filter((member) => !(member instanceof AggregateError))
    : [];
}
