const firstVector = /"(?:embedding"\s{0,20}:\s{0,20}(?=["[])|values"\s{0,20}:\s{0,20}(?=\[))/;
const [quote, comma, closeBracket] = [0x22, 0x2c, 0x5d];

/** The length of the first vector of an embedding answer, by counting; `undefined` where it has none that is known. */
export function vectorLengthAtHead(body: Buffer): number | undefined {
  const found = firstVector.exec(body.toString("latin1", 0, 4096));
  if (found === null) return undefined;
  const start = found.index + found[0].length;
  if (body[start] === quote) {
    const end = body.indexOf(quote, start + 1);
    return end < 0 ? undefined : floatsInBase64(end - start - 1, paddingOf(body.toString("latin1", end - 2, end)));
  }
  const end = body.indexOf(closeBracket, start);
  return end < 0 ? undefined : 1 + countOf(comma, body.subarray(start, end));
}

function countOf(byte: number, bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === byte) count += 1;
  return count;
}

/** Vectors travel as 32-bit floats: https://platform.openai.com/docs/api-reference/embeddings/create (`encoding_format`). */
function floatsInBase64(characters: number, padding: number): number {
  return (Math.ceil(characters / 4) * 3 - padding) / Float32Array.BYTES_PER_ELEMENT;
}

function paddingOf(base64: string): number {
  return base64.length - base64.replace(/={1,2}$/, "").length;
}
