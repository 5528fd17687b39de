/** Who listens to what, by event name. */
export interface Listeners<Events extends object> {
  /** Calls `listener` on every such event from now on, until the function that it returns is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  /** Whether anybody would hear, so that an event need not be made for nobody. */
  has(name: keyof Events): boolean;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** Makes a set of listeners. One that throws is reported as a process warning: it must not change a call's fate. */
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
      for (const listener of byName.get(name) ?? []) {
        try {
          listener(event as never);
        } catch (error) {
          process.emitWarning(error instanceof Error ? error : String(error), "KeyswitchListenerWarning");
        }
      }
    },
  };
}
