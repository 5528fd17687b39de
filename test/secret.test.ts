import { format, inspect } from "node:util";
import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../src/errors.ts";
import { Secret } from "../src/secret.ts";

const planted = "sk-planted-4242";
const secret = Secret.of(planted);

describe("Secret", () => {
  it.each([
    ["String()", String(secret)],
    ["a text that it is joined to", ["key", secret].join()],
    ["JSON", JSON.stringify({ secret })],
    ["inspect", inspect({ secret }, { showHidden: true, depth: 9 })],
    ["a format string", format("%s %o %j %O", secret, secret, secret, secret)],
  ])("shows [redacted] in %s", (_where, shown) => {
    expect(shown).toContain("[redacted]");
    expect(shown).not.toContain(planted);
  });

  it.each([
    ["a copy", Object.assign({}, secret)],
    ["a clone", structuredClone(secret)],
    ["its keys", Reflect.ownKeys(secret)],
  ])("leaves nothing in %s", (_where, copy) => {
    expect(inspect(copy, { showHidden: true })).not.toContain(planted);
  });

  it("comes out of reveal() alone", () => {
    expect(secret.reveal()).toBe(planted);
  });

  it("drops the newline in which key files end", () => {
    expect(Secret.of(`${planted}\r\n`).reveal()).toBe(planted);
  });

  it.each([
    ["a newline", "sk-planted\n4242", "U+000A at position 11"],
    ["a zero-width space", "sk-planted\u200b4242", "U+200B at position 11"],
    ["an emoji", "🔑sk-planted", "U+1F511 at position 1"],
  ])("refuses %s in a key and does not show the key", (_what, text, place) => {
    const refused = (): Secret => Secret.of(text);

    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(place);
    expect(refused).not.toThrow(/planted/);
  });

  it("knows its own", () => {
    expect(Secret.is(secret)).toBe(true);
    expect([undefined, null, planted, {}, { reveal: (): string => planted }].some((value) => Secret.is(value))).toBe(
      false,
    );
  });

  it("is empty where there is no key", () => {
    expect(Secret.empty.reveal()).toBe("");
    expect([Secret.empty.isEmpty, Secret.of("").isEmpty, secret.isEmpty]).toEqual([true, true, false]);
  });

  it("keeps any printable key as it is, or refuses it", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        try {
          const kept = Secret.of(text).reveal();
          expect(new Headers({ authorization: `Bearer ${kept}` }).get("authorization")).toBe(`Bearer ${kept}`.trim());
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});
