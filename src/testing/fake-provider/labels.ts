/** The names under which answers tell who served, so that no answer carries a key. */
export interface Labels {
  readonly of: (key: string | undefined) => string;
  /** Whether the key was given a name beforehand. */
  readonly knows: (key: string) => boolean;
}

export function createLabels(given: Readonly<Record<string, string>>): Labels {
  const named = new Map(Object.entries(given));
  const numbered = new Map<string, string>();
  return {
    of: (key) => {
      if (key === undefined) return "no key";
      const label = named.get(key) ?? numbered.get(key) ?? `key-${numbered.size + 1}`;
      if (!named.has(key)) numbered.set(key, label);
      return label;
    },
    knows: (key) => named.has(key),
  };
}
