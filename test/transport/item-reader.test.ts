import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createItemReader } from "../../src/transport/item-reader.ts";

/** What is read of a text that comes in pieces of so many bytes. */
function read(text: string, pieceBytes = text.length): { items: unknown[]; isCutOff: boolean | undefined } {
  const reader = createItemReader();
  const bytes = Buffer.from(text);
  const items: unknown[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, pieceBytes)) {
    items.push(...reader.read(bytes.subarray(at, at + Math.max(1, pieceBytes))).map(({ data }) => JSON.parse(data)));
  }
  reader.end();
  return { items, isCutOff: reader.isCutOff };
}

describe("the items of a JSON array", () => {
  it("are the same however their bytes are cut into pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 3 }))),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0, 2),
        (objects, pieceBytes, indent) => {
          const text = JSON.stringify(objects, null, indent);

          expect(read(text, pieceBytes)).toEqual({ items: JSON.parse(text), isCutOff: false });
        },
      ),
    );
  });

  it.each([
    ["before its end", '[{"a":1}\n,\r\n{"b":2}', [{ a: 1 }, { b: 2 }], true],
    ["within an item", '[{"a":1},{"b":', [{ a: 1 }], true],
    ["nowhere, as a single object", '{"error":{"code":500}}', [{ error: { code: 500 } }], false],
  ])("are those that came where it is cut off %s", (_, text, items, isCutOff) => {
    expect(read(text)).toEqual({ items, isCutOff });
  });
});
