/**
 * One spelling for all: `RateLimitExceeded`, `rate_limit_exceeded`, `Rate-limit  exceeded` and a terminal's wrapped lines all
 * read `rate limit exceeded`; full-width and typographic signs become plain ones.
 */
export function foldText(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[‘’‛`´]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[\s_\-–—\\│┃|]+/g, " ");
}
