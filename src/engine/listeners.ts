import { inspect, types } from "node:util";

/** Who listens to what, by event name. */
export interface Listeners<Events extends object> {
  /** Calls `listener` on every such event from now on, until the function that it returns is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  /** Whether anybody would hear, so that an event need not be made for nobody. */
  has(name: keyof Events): boolean;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** A listener's fault must not change a call's fate, nor end the process as an unhandled rejection would. */
function warn(error: unknown): void {
  const text = types.isNativeError(error) ? (error.stack ?? error.message) : inspect(error);
  process.emitWarning(`A listener of keyswitch failed: ${text}`, "KeyswitchListenerWarning");
}

/** Makes a set of listeners. One that throws, or returns a promise that rejects, is reported as a process warning. */
export function createListeners<Events extends object>(): Listeners<Events> {
  const byName = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on: (name, listener) => {
      const listeners = byName.get(name) ?? new Set();
      byName.set(name, listeners);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    has: (name) => (byName.get(name)?.size ?? 0) > 0,
    emit: (name, event) => {
      const listeners = byName.get(name) ?? new Set();
      // One that is added meanwhile hears the next event, one that is taken away no more.
      for (const listener of Array.from(listeners)) {
        if (!listeners.has(listener)) continue;
        try {
          const returned: unknown = listener(event as never);
          if (returned instanceof Promise) returned.catch(warn);
        } catch (error) {
          warn(error);
        }
      }
    },
  };
}
