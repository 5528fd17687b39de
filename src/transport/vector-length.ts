/** Where vectors begin in OpenAI's dialect, and in Gemini's. What has the one may have `values` of something else: of sparse vectors. */
const vectorStarts = [/"embedding"\s{0,20}:\s{0,20}(?=["[])/, /"values"\s{0,20}:\s{0,20}(?=\[)/];
const [quote, comma, closeBracket] = [0x22, 0x2c, 0x5d];

/** The length of the first vector of an embedding answer, by counting; `undefined` where it has none that is known. */
export function vectorLengthAtHead(body: Buffer): number | undefined {
  const text = body.toString("latin1", 0, 4096);
  const starts = startsIn(text);
  return starts?.test(text) === true ? vectorAt(body, starts.lastIndex)?.length : undefined;
}

/** The lengths of all vectors of an embedding answer that is short, by counting. */
export function vectorLengths(body: Buffer): readonly number[] {
  const text = body.toString("latin1");
  const starts = startsIn(text);
  const lengths: number[] = [];
  while (starts?.test(text) === true) {
    const vector = vectorAt(body, starts.lastIndex);
    if (vector === undefined) break;
    lengths.push(vector.length);
    starts.lastIndex = vector.end;
  }
  return lengths;
}

/** What finds one vector's beginning after another; `undefined` where there is none. */
function startsIn(text: string): RegExp | undefined {
  const start = vectorStarts.find((each) => each.test(text));
  return start && new RegExp(start, "g");
}

/** The vector that begins there, in base64 or as numbers; `undefined` where it does not end. */
function vectorAt(body: Buffer, start: number): { readonly length: number; readonly end: number } | undefined {
  const isPacked = body[start] === quote;
  const end = body.indexOf(isPacked ? quote : closeBracket, start + 1);
  if (end < 0) return undefined;
  const length = isPacked
    ? floatsInBase64(end - start - 1, paddingOf(body.toString("latin1", end - 2, end)))
    : 1 + countOf(comma, body.subarray(start, end));
  return { length, end };
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
