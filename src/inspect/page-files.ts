import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** Where the built page lies: in the package, and beside its own sources. */
const folders = ["../../inspector/", "../../visualizations/inspector/built/"];

const contentTypes = {
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

export type PageFileName = keyof typeof contentTypes;

const read = new Map<PageFileName, PageFile>();

export function isPageFile(name: string): name is PageFileName {
  return Object.hasOwn(contentTypes, name);
}

/** A file of the page; `undefined` where the page was not built. */
export function pageFile(name: PageFileName): PageFile | undefined {
  const known = read.get(name);
  if (known !== undefined) return known;
  const place = folders.map((each) => new URL(`${each}${name}`, import.meta.url)).find((each) => existsSync(each));
  if (place === undefined) return undefined;
  const body = readFileSync(place);
  const file = { contentType: contentTypes[name], body, gzipped: gzipSync(body) };
  read.set(name, file);
  return file;
}

/**
 * The page's document. There is nothing in it but where its files are, so that nothing can be injected.
 *
 * @param beside - Where they are, as seen from where the document was asked for: `""` or `"inspector/"`.
 */
export function pageDocument(beside: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>keyswitch inspector</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" type="image/svg+xml" href="${beside}icon.svg" />
    <link rel="stylesheet" href="${beside}page.css" />
    <script type="module" src="${beside}page.js"></script>
  </head>
  <body>
    <noscript>This page shows live state, which takes JavaScript.</noscript>
  </body>
</html>
`;
}
