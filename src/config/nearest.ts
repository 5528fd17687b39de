/** The candidate that a mistyped name most likely means, if any is near enough. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const typed = plain(name).slice(0, 64);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(typed, plain(candidate));
    const isNear = distance <= Math.max(1, Math.floor(candidate.length / 3));
    if (isNear && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** `apiKey`, `api-key` and `API_KEY` are one name to whoever types it. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Levenshtein's distance, in one row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
