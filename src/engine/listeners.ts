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

type Listener = (event: never) => void;

const nobody: readonly Listener[] = [];

/** Makes a set of listeners. One that throws, or returns a promise that rejects, is reported as a process warning. */
export function createListeners<Events extends object>(): Listeners<Events> {
  // A list is never changed but replaced, so that an event goes to those who were there when it came.
  const byName = new Map<keyof Events, readonly Listener[]>();
  const listenersOf = (name: keyof Events): readonly Listener[] => byName.get(name) ?? nobody;
  return {
    on: (name, listener) => {
      if (!listenersOf(name).includes(listener)) byName.set(name, [...listenersOf(name), listener]);
      return () => {
        const others = listenersOf(name).filter((other) => other !== listener);
        byName.set(name, others);
      };
    },
    has: (name) => listenersOf(name).length > 0,
    emit: (name, event) => {
      for (const listener of listenersOf(name)) {
        // One that was taken away meanwhile hears nothing more.
        if (!listenersOf(name).includes(listener)) continue;
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
