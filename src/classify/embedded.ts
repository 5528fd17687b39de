import { readLiteral } from "./loose-literal.ts";

/** A text taken apart: the objects that were printed into it, and the prose around them. */
export interface TakenApart {
  readonly objects: readonly unknown[];
  readonly prose: string;
}

const maxObjects = 48;

/** `{"a":`, `{'a':`, `{ a:`, or a list of such: what an object looks like where it begins, unlike `{32}` or `[500]`. */
const objectStart = /(?:[[(]\s{0,40}){0,3}\{\s{0,400}(?:["'][^"'\n]{1,80}["']|[A-Za-z_$][\w$]{0,60}['"]?)\s{0,40}:/g;

/**
 * Finds the JSON, Python reprs and server-sent events that one program printed into the message of the next.
 *
 * Objects are cut out of the prose, so that what they quote of a prompt is never read as a sentence.
 */
export function takeApart(text: string): TakenApart {
  const objects: unknown[] = [];
  let prose = "";
  let from = 0;
  const start = new RegExp(objectStart);
  for (let found = start.exec(text); found !== null && objects.length < maxObjects; found = start.exec(text)) {
    const literal = readLiteral(text, found.index);
    objects.push(literal.value);
    const quoted = /["']/.test(found[0].slice(0, -1));
    // what a console printed (`{ cause: Error: … }`) is only partly a literal: it stays in the prose as well
    prose += `${text.slice(from, quoted ? found.index : literal.end)}\n`;
    from = literal.end;
    start.lastIndex = literal.end;
  }
  return { objects, prose: prose + text.slice(from) };
}

const htmlPage = /^\s{0,200}(?:[\w.]{0,60}:\s{0,8})?<(?:!doctype|html|head|body)\b/i;
const htmlHeadings = /<(title|h1|h2)\b[^>]{0,200}>([^<]{1,300})/gi;

/** The title and headings of an HTML page, or undefined for another text: the rest of a page is style and script. */
export function htmlHeadlines(text: string): string | undefined {
  if (!htmlPage.test(text)) return undefined;
  return [...text.matchAll(htmlHeadings)].map((heading) => heading[2]?.trim() ?? "").join("\n");
}

/** What follows one of these words in an error's prose is the caller's own text or the model's. */
const echoed =
  /(?:\bpassed in\b|\binput_value\b|\bfailed_generation\b|\bflagged_input\b|\breceived (?:input|messages|prompt))\s{0,4}[:=]/i;

/** Cuts off what quotes the prompt or the answer. */
export function withoutEcho(prose: string): string {
  const at = prose.search(echoed);
  return at === -1 ? prose : prose.slice(0, at);
}
