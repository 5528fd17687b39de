/**
 * Looking at things that may be proxies, or have getters that throw: whatever goes wrong, nothing was there.
 */

/** A property of anything, or undefined. */
export function property(value: object, field: string): unknown {
  try {
    return (value as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}

/** `instanceof` that a revoked proxy cannot make throw. */
export function instanceOf<Instance>(
  value: unknown,
  constructor: abstract new (...args: never[]) => Instance,
): value is Instance {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/** A value as the list that it is, or undefined. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  try {
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}
