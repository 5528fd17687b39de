import type { Edit } from "./edits.ts";
import type { CallerHeaders } from "./request-headers.ts";

type ContentType = CallerHeaders[string];

/** A plain field of a form, and where its value stands. */
interface FormField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The value of a form's field as text; the last one counts. */
export function fieldText(body: Buffer | undefined, contentType: ContentType, name: string): string | undefined {
  if (body === undefined) return undefined;
  const field = fieldsOf(body, contentType).findLast((each) => each.name === name);
  return field && body.toString("utf8", field.from, field.to);
}

/**
 * What puts a value into every field of a name, in a form that has such; none for a body that is no form.
 *
 * Nothing but the boundaries and the heads of the parts is looked at: a file may hold whatever it likes, however long it is.
 */
export function fieldEdits(
  body: Buffer,
  contentType: ContentType,
  { name, text }: { readonly name: string; readonly text: string },
): readonly Edit[] {
  return fieldsOf(body, contentType)
    .filter((field) => field.name === name)
    .map(({ from, to }) => ({ from, to, text }));
}

function fieldsOf(body: Buffer, contentType: ContentType): readonly FormField[] {
  const boundary = boundaryOf(contentType);
  return boundary === undefined ? [] : readFields(body, boundary);
}

/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
function boundaryOf(contentType: ContentType): string | undefined {
  if (typeof contentType !== "string" || !/^\s*multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const found = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

/** The fields up to the form's end, or up to where its text breaks off. */
function readFields(body: Buffer, boundary: string): readonly FormField[] {
  const fields: FormField[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The line break before the first delimiter belongs to what may stand before it, and may be missing with that.
  const opening = delimiter.subarray(2);
  let part = body.subarray(0, opening.length).equals(opening)
    ? afterDelimiter(body, opening.length)
    : nextDelimiter(body, delimiter, 0)?.next;
  while (part !== undefined) {
    const headEnd = endOfHead(body, part);
    if (headEnd === undefined) return fields;
    const delimited = nextDelimiter(body, delimiter, headEnd);
    if (delimited === undefined) return fields;
    const name = fieldName(body.toString("latin1", part, headEnd));
    if (name !== undefined) fields.push({ name, from: headEnd, to: delimited.at });
    part = delimited.next;
  }
  return fields;
}

interface Delimited {
  /** Where the part before it ends. */
  readonly at: number;
  /** Where the next part starts; undefined where it was the last delimiter. */
  readonly next: number | undefined;
}

function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): Delimited | undefined {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    const behind = at + delimiter.length;
    if (body.toString("latin1", behind, behind + 2) === "--") return { at, next: undefined };
    const next = afterDelimiter(body, behind);
    if (next !== undefined) return { at, next };
  }
  return undefined;
}

/** The first byte of the line that follows; undefined where the boundary only begins alike: it must end its line. */
function afterDelimiter(body: Buffer, from: number): number | undefined {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at += 1;
  return body[at] === 0x0d && body[at + 1] === 0x0a ? at + 2 : undefined;
}

const mostHeadBytes = 16 * 1024;

/** The first byte of a part's content. */
function endOfHead(body: Buffer, part: number): number | undefined {
  if (body[part] === 0x0d && body[part + 1] === 0x0a) return part + 2;
  const end = body.subarray(part, part + mostHeadBytes).indexOf("\r\n\r\n");
  return end < 0 ? undefined : part + end + 4;
}

/** The name of a part that is no file. https://www.rfc-editor.org/rfc/rfc7578#section-4.2 */
function fieldName(head: string): string | undefined {
  const disposition = /^content-disposition\s*:\s*form-data\s*;(.*)$/im.exec(head)?.[1];
  if (disposition === undefined || /;?\s*filename\*?\s*=/i.test(disposition.replaceAll(/"[^"]*"/g, '""')))
    return undefined;
  const found = /(?:^|;)\s*name\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition);
  return found?.[1] ?? found?.[2];
}
