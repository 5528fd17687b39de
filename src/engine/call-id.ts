const processTag = Math.random().toString(36).slice(2, 8);
let callCount = 0;

/** An id for a call, unique among replicas as far as chance allows. */
export function nextCallId(): string {
  return `${processTag}-${(callCount += 1).toString(36)}`;
}
