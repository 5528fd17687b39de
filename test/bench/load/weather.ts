import { type Behaviour, failures } from "../../../src/testing/fake-provider/index.ts";

/** A time in which a credential does not answer as it should. */
export interface Spell {
  /** The credential's id. */
  readonly credential: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly behaviour: Behaviour;
}

/** What a forecast is made for. */
export interface Climate {
  readonly credentials: readonly string[];
  readonly lengthMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * How long a credential that stood in for all others still stays healthy when the next one has begun to: longer than a call can
 * take to try every other, so that each call has one that is healthy from its begin to its end.
 */
const handoverMs = 5_000;
const watchMs = 6_000;
const [shortestSpellMs, longestSpellMs] = [300, 3_000];
const [shortestCalmMs, longestCalmMs] = [100, 1_500];

/** What can befall a credential. The last ones come when an answer has begun. */
const ills: readonly Behaviour[] = [
  failures.openai.invalidKey,
  failures.openai.insufficientQuota,
  failures.openai.rateLimit({ retryAfterS: 1 }),
  failures.openai.serverError,
  { hang: true },
  { hangAfterHeaders: true },
  { reset: true },
  { errorAtHead: failures.openai.serverError },
  { cutAfterItems: 2 },
  { resetAfterItems: 2 },
  { stallAfterItems: 2 },
  { errorAfterItems: 2, error: failures.openai.serverError },
  { truncatedJson: true },
];

/**
 * Lets credentials die and recover at random, each for itself, and in turn keeps one of them well: at any time at least one is,
 * and it stays so for longer than a call lasts.
 */
export function forecast({ credentials, lengthMs, random }: Climate): readonly Spell[] {
  const between = (least: number, most: number): number => least + random() * (most - least);
  const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const watches: { readonly credential: string; readonly fromMs: number; readonly toMs: number }[] = [];
  for (let fromMs = 0; fromMs < lengthMs; fromMs += watchMs) {
    const others = credentials.filter((each) => each !== watches.at(-1)?.credential);
    watches.push({ credential: oneOf(others), fromMs, toMs: fromMs + watchMs + handoverMs });
  }

  function spellsOf(credential: string): readonly Spell[] {
    const spells: Spell[] = [];
    let atMs = 0;
    while (atMs < lengthMs) {
      const fromMs = atMs + between(shortestCalmMs, longestCalmMs);
      const toMs = Math.min(lengthMs, fromMs + between(shortestSpellMs, longestSpellMs));
      const watch = watches.find((each) => each.credential === credential && each.fromMs < toMs && each.toMs > fromMs);
      if (watch === undefined && fromMs < toMs) spells.push({ credential, fromMs, toMs, behaviour: oneOf(ills) });
      atMs = watch?.toMs ?? toMs;
    }
    return spells;
  }

  return credentials.flatMap(spellsOf);
}

/** Whether a stream under it may break after its first item: no other credential can mend that. */
export function breaksStreams(behaviour: Behaviour): boolean {
  return (
    typeof behaviour === "object" &&
    ["cutAfterItems", "resetAfterItems", "stallAfterItems", "errorAfterItems", "truncatedJson"].some(
      (key) => key in behaviour,
    )
  );
}

/** Numbers that look random and come again with the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
