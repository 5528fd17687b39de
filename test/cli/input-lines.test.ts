import { describe, expect, it } from "vitest";
import { readLines } from "../../src/cli/input-lines.ts";

async function read(chunks: readonly string[], mostBytes?: number): Promise<unknown[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const found: unknown[] = [];
  for await (const line of readLines(source, mostBytes)) {
    found.push("text" in line ? [line.number, line.text] : [line.number, line.fault.message]);
  }
  return found;
}

describe("readLines", () => {
  it.each([
    [
      "at line feeds, wherever the chunks end",
      ["a\nb", "c\n", "\n", "d"],
      [
        [1, "a"],
        [2, "bc"],
        [4, "d"],
      ],
    ],
    [
      "without carriage returns and byte order marks",
      ["\uFEFFa\r\n", "b\r\n"],
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    ["counting blank lines, and leaving them out", ["\n \n\t\r\nx\n\n"], [[4, "x"]]],
    ["of nothing", [], []],
  ])("reads lines %s", async (_, chunks, expected) => {
    expect(await read(chunks)).toEqual(expected);
  });

  it("puts characters together that chunks tear apart", async () => {
    const bytes = Buffer.from("密钥\n");
    const torn = [...bytes].map((byte) => Buffer.from([byte]));
    const found: unknown[] = [];
    for await (const line of readLines(
      (async function* () {
        yield* torn;
      })(),
    ))
      found.push(line);

    expect(found).toEqual([{ number: 1, text: "密钥" }]);
  });

  it("answers a line that is too long, and reads on", async () => {
    expect(await read(["123", "456", "789\n", "ok\n", "too long"], 5)).toEqual([
      [1, "found a line of 9 bytes, wanted at most 5"],
      [2, "ok"],
      [3, "found a line of 8 bytes, wanted at most 5"],
    ]);
  });
});
