import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventReader, type ServerSentEvent } from "../../src/transport/sse.ts";

/** The events in bytes that come in pieces cut at these places. */
function eventsIn(text: string, cuts: readonly number[] = []): ServerSentEvent[] {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const reader = createEventReader();
  const events = places.slice(1).flatMap((end, index) => [...reader.read(bytes.subarray(places[index], end))]);
  return [...events, ...reader.end()];
}

describe("server-sent events", () => {
  it.each<[string, string, ServerSentEvent[]]>([
    [
      "with data alone",
      "data: a\n\ndata: b\n\n",
      [
        { name: "", data: "a" },
        { name: "", data: "b" },
      ],
    ],
    ["with a name", "event: ping\ndata: {}\n\n", [{ name: "ping", data: "{}" }]],
    [
      "whose lines end in CRLF",
      "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n",
      [
        { name: "a", data: "1" },
        { name: "", data: "2" },
      ],
    ],
    [
      "whose lines end in CR",
      "data: 1\r\rdata: 2\r\r",
      [
        { name: "", data: "1" },
        { name: "", data: "2" },
      ],
    ],
    ["behind a byte order mark", "\uFEFFdata: 1\n\n", [{ name: "", data: "1" }]],
    ["with several lines of data", "data: 1\ndata:2\ndata\n\n", [{ name: "", data: "1\n2\n" }]],
    ["with one leading space taken away, not two", "data:  1\n\n", [{ name: "", data: " 1" }]],
    [
      "among comments and fields of no interest",
      ": hi\nid: 1\nretry: 2\ndatum: 3\ndata: 1\n\n",
      [{ name: "", data: "1" }],
    ],
    ["not where there is no data", "event: ping\n\n: comment\n\n", []],
    [
      "without the last empty line",
      "data: 1\n\ndata: [DONE]",
      [
        { name: "", data: "1" },
        { name: "", data: "[DONE]" },
      ],
    ],
  ])("are found %s", (_, text, events) => {
    expect(eventsIn(text)).toEqual(events);
  });

  it("are the same however their bytes are cut into pieces", () => {
    const fragment = fc.constantFrom(
      "data: ä日𝄞",
      "data:",
      "event: x",
      ": c",
      "\n",
      "\r\n",
      "\r",
      "\n\n",
      "\r\n\r\n",
      "\uFEFF",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 8 }), (parts, cuts) => {
        const text = parts.join("");
        expect(eventsIn(text, cuts)).toEqual(eventsIn(text));
      }),
    );
  });

  it("may be longer than any piece, at a cost that grows with their length alone", () => {
    const reader = createEventReader();
    const piece = Buffer.from("x".repeat(64 * 1024));
    reader.read(Buffer.from("data: "));
    for (let count = 0; count < 200; count += 1) reader.read(piece);

    expect(reader.read(Buffer.from("\n\n"))[0]?.data).toHaveLength(200 * 64 * 1024);
  });

  it("of lines without end are cut off, so that none fills the memory, and the next is read as ever", () => {
    const reader = createEventReader();
    const lines = Buffer.from(`data: ${"x".repeat(1_000)}\n`.repeat(500));
    for (let count = 0; count < 64; count += 1) reader.read(lines);

    const [endless, next] = reader.read(Buffer.from("\n\ndata: next\n\n"));

    expect(endless?.data.length).toBeLessThan(17 * 1024 * 1024);
    expect(next?.data).toBe("next");
  });
});
