import { assertBehaviour, type Behaviour } from "./behaviours.ts";

/** What is to happen to the requests of each API key. */
export interface BehaviourBook {
  readonly script: (key: string, behaviours: readonly Behaviour[]) => void;
  readonly set: (key: string, behaviour: Behaviour) => void;
  /** Takes the next behaviour of a key: its script's, then its standing one. */
  readonly next: (key: string) => Behaviour;
  readonly knows: (key: string) => boolean;
  readonly clear: () => void;
}

export function createBehaviourBook(): BehaviourBook {
  const scripts = new Map<string, Behaviour[]>();
  const standing = new Map<string, Behaviour>();
  return {
    script: (key, behaviours) => {
      for (const behaviour of behaviours) assertBehaviour(behaviour);
      scripts.set(key, [...(scripts.get(key) ?? []), ...behaviours]);
    },
    set: (key, behaviour) => {
      assertBehaviour(behaviour);
      standing.set(key, behaviour);
    },
    next: (key) => scripts.get(key)?.shift() ?? standing.get(key) ?? "healthy",
    knows: (key) => scripts.has(key) || standing.has(key),
    clear: () => {
      scripts.clear();
      standing.clear();
    },
  };
}
