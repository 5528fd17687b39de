/**
 * Makes a source of numbers in [0, 1) that a seed repeats exactly (Marsaglia's 32-bit xorshift).
 *
 * @param seed - A whole number from 0 to 2^32 - 1. Neighbours give unrelated numbers.
 */
export function seededRandom(seed: number): () => number {
  // Zero is the one state that xorshift never leaves.
  let state = mixed(seed) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Spreads a small number over all 32 bits (the finaliser of MurmurHash3). */
function mixed(seed: number): number {
  let hash = seed + 0x9e3779b9;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
