import { array, assert, constantFrom, nat, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventGate } from "../../src/transport/whole-events.ts";

const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString();

describe("the gate of a stream's events", () => {
  it.each(["\n\n", "\r\n\r\n", "\r\r"])("lets go of what ends in %j at once, and holds what is unfinished", (end) => {
    const gate = createEventGate();

    expect(text(gate.pass(Buffer.from(`data: a${end}data: b`)))).toBe(`data: a${end}`);
    expect(text(gate.pass(Buffer.from(end.slice(0, 1))))).toBe("");
    expect(text(gate.pass(Buffer.from(end.slice(1))))).toBe(`data: b${end}`);
    expect(text(gate.rest())).toBe("");
  });

  it("changes and loses no byte, however they are sliced, and never leaves an event half out", () => {
    const line = constantFrom("data: x", "event: y", ": ping", "");
    const source = array(tuple(line, constantFrom("\n", "\r\n")), { maxLength: 30 });
    assert(
      property(source, array(nat(9), { minLength: 1 }), (lines, lengths) => {
        const whole = Buffer.from(lines.flat().join(""));
        const gate = createEventGate();
        let out = "";
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const next = at + (lengths[turn % lengths.length] ?? 0) + 1;
          out += text(gate.pass(whole.subarray(at, next)));
          at = next;
          expect(out).toMatch(/^$|(?:\n\n|\n\r\n)$|^\r?\n$/);
        }
        expect(out + text(gate.rest())).toBe(whole.toString());
      }),
    );
  });

  it("does not hold an event that is longer than a megabyte", () => {
    const gate = createEventGate();

    expect(gate.pass(Buffer.alloc(2 * 1024 * 1024, "x"))).toHaveLength(1);
  });
});
