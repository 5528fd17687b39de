/** How much of a long text is read at either end: an error says what it is at the top, a broken stream at the bottom. */
export const endBytes = 16 * 1024;

const bothEnds = 2 * endBytes;

/** The parts of a text that are read: the whole of a short one, else its head and its tail. */
export function readableParts(text: string): readonly string[] {
  return text.length <= bothEnds ? [text] : [text.slice(0, endBytes), text.slice(-endBytes)];
}

/** Bytes as text; invalid UTF-8 becomes U+FFFD. Of a long body only the two ends are ever decoded. */
export function decodeParts(bytes: Uint8Array): readonly string[] {
  const decoder = new TextDecoder();
  if (bytes.byteLength <= bothEnds) return [decoder.decode(bytes)];
  return [decoder.decode(bytes.subarray(0, endBytes)), decoder.decode(bytes.subarray(-endBytes))];
}
