import { describe, expect, it } from "vitest";
import { fingerprint } from "../../src/keys/fingerprint.ts";
import { Secret } from "../../src/secret.ts";

describe("a fingerprint", () => {
  it("is the same for equal data, in whatever order its members come", () => {
    expect(fingerprint({ a: 1, b: [Secret.of("k")], c: undefined })).toBe(fingerprint({ b: [Secret.of("k")], a: 1 }));
  });

  it.each([
    [{ a: 1 }, { a: "1" }],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [Secret.of("k"), Secret.of("l")],
    [Secret.of("k"), "k"],
    [{}, []],
    [{ a: 1 }, [["a", 1]]],
    [undefined, null],
  ])("tells %j from %j", (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });

  it("holds nothing of what it was made from", () => {
    expect(fingerprint({ key: Secret.of("sk-planted") })).toMatch(/^[\w-]{43}$/);
  });
});
