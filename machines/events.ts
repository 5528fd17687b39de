/**
 * What an attempt's failure means for the credentials of its model, in the order of the decision that it asks for.
 *
 * Request-level classes stop the call, since no other key would help; credential-level classes go on to the next credential.
 */
export const errorClasses = [
  "permanent",
  "input_too_large",
  "content_safety",
  "auth",
  "quota_exceeded",
  "transient",
  "unknown",
] as const;

/** One of the seven error classes. A cancelled attempt has none: it says nothing of a credential. */
export type ErrorClass = (typeof errorClasses)[number];

/** The classes of a request that no credential could serve: fail fast with the original error. */
export type RequestLevelClass = "permanent" | "input_too_large" | "content_safety";

/** The classes that advance a call to the next credential. */
export type CredentialLevelClass = Exclude<ErrorClass, RequestLevelClass>;

/** How an attempt or a turn ended. */
export type Outcome = "ok" | ErrorClass;

/** Whether no other credential would help. */
export function isRequestLevel(errorClass: ErrorClass): errorClass is RequestLevelClass {
  return errorClass === "permanent" || errorClass === "input_too_large" || errorClass === "content_safety";
}

/** The event of an error class: its name in capitals. */
export type EventOf<Class extends ErrorClass> = Uppercase<Class>;

/** Names the event that tells a machine of an error class. */
export function eventOf<Class extends ErrorClass>(errorClass: Class): EventOf<Class> {
  return errorClass.toUpperCase() as EventOf<Class>;
}

/** The events of the credential-level classes. */
export const credentialFailures = (["auth", "quota_exceeded", "transient", "unknown"] as const).map(eventOf);

/** The events of the request-level classes. */
export const requestFailures = (["permanent", "input_too_large", "content_safety"] as const).map(eventOf);

/** The same transition on several events. */
export function on<Type extends string, Transition>(types: readonly Type[], transition: Transition) {
  return Object.fromEntries(types.map((type) => [type, transition])) as Record<Type, Transition>;
}
