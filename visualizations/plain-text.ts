/** A text without the characters that XML 1.0 cannot hold and that would break a line of a diagram's source. */
export function plainText(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, " ");
}
