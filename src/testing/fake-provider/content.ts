/** Splits a text into exactly so many pieces, none of them empty: one too short is drawn out with dots. */
export function pieces(text: string, count: number): string[] {
  const letters = Array.from(text);
  while (letters.length < count) letters.push(".");
  const start = (index: number): number => Math.floor((index * letters.length) / count);
  return Array.from({ length: count }, (_, index) => letters.slice(start(index), start(index + 1)).join(""));
}

/** A count of tokens that is plausible and the same on every run: one to four characters. */
export function tokensOf(content: unknown): number {
  const text = typeof content === "string" ? content : (JSON.stringify(content) ?? "");
  return Math.max(1, Math.ceil(text.length / 4));
}

/** A vector of length 1 that depends on the input alone: the same from every credential, as from one model. */
export function embeddingOf(input: unknown, dimension: number): number[] {
  const numbers = noise(JSON.stringify(input) ?? "");
  const vector = Array.from({ length: dimension }, () => numbers() - 0.5);
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

/** Numbers in [0, 1) from a text: FNV-1a as the seed of a xorshift. */
function noise(text: string): () => number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
