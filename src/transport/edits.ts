/** One change to bytes: what stands there now, and what is to. */
export interface Edit {
  readonly from: number;
  /** The first byte after it. */
  readonly to: number;
  readonly text: string;
}

/** Carries out changes, and leaves every other byte as it was. One within another's range goes with it. */
export function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const parts: Buffer[] = [];
  let copiedTo = 0;
  for (const { from, to, text } of edits.toSorted((one, other) => one.from - other.from)) {
    if (from < copiedTo) continue;
    parts.push(bytes.subarray(copiedTo, from), Buffer.from(text));
    copiedTo = to;
  }
  return Buffer.concat([...parts, bytes.subarray(copiedTo)]);
}
