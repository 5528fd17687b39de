import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberText, readObject } from "../../src/transport/json-members.ts";
import { spliceMembers } from "../../src/transport/splice-members.ts";

const none = new Map<string, string>();

function withModel(text: string, model = "new"): string {
  const object = readObject(Buffer.from(text));
  if (object === undefined) return text;
  return spliceMembers(object, { replace: new Map([["model", JSON.stringify(model)]]), set: none }).toString("utf8");
}

describe("the model's name", () => {
  it.each([
    ["first", '{"model":"old","a":1}', '{"model":"new","a":1}'],
    ["last, with white space everywhere", ' {\n"a" : 1 ,\t"model" :\r"old" } ', ' {\n"a" : 1 ,\t"model" :\r"new" } '],
    ["twice", '{"model":"x","model":"y"}', '{"model":"new","model":"new"}'],
    ["with an escaped key", '{"mod\\u0065l":"old"}', '{"mod\\u0065l":"new"}'],
    ["with quotes and backslashes in its value", '{"model":"a\\"b\\\\","x":"\\\\"}', '{"model":"new","x":"\\\\"}'],
    ["as null", '{"model":null}', '{"model":"new"}'],
    ["as a number", '{"model":12}', '{"model":"new"}'],
    ["as an object", '{"model":{"model":"}"},"b":[]}', '{"model":"new","b":[]}'],
    [
      "beside nested ones",
      '{"a":{"model":"in"},"b":[{"model":"in"}],"model":"old"}',
      '{"a":{"model":"in"},"b":[{"model":"in"}],"model":"new"}',
    ],
    [
      "beside strings that look like it",
      '{"a":"\\"model\\":\\"x\\"","model":"old"}',
      '{"a":"\\"model\\":\\"x\\"","model":"new"}',
    ],
    ["beside a longer key", '{"model_name":"a","model":"old"}', '{"model_name":"a","model":"new"}'],
    [
      "beside numbers that no parser keeps",
      '{"seed":12345678901234567890,"t":1.0,"model":"old"}',
      '{"seed":12345678901234567890,"t":1.0,"model":"new"}',
    ],
    ["beside characters of every length", '{"a":"ä日𝄞","model":"ö","b":"日"}', '{"a":"ä日𝄞","model":"new","b":"日"}'],
  ])("is replaced %s, and nothing else changes", (_, text, expected) => {
    expect(withModel(text)).toBe(expected);
  });

  it.each([
    ["is missing", '{"a":{"model":"in"}}'],
    ["is missing from an empty object", "{}"],
    ["stands in an array", '[{"model":"a"}]'],
    ["stands in text that breaks off", '{"model":"old","a":"'],
    ["stands in text that breaks off within a list", '{"model":"old","a":[1,'],
    ["stands in text that is no JSON further on", '{"model":"old" "a":1}'],
    ["has no value", '{"model":}'],
    ["is a string's content", '"model"'],
    ["is nowhere", ""],
  ])("is not put in where it %s", (_, text) => {
    expect(withModel(text)).toBe(text);
  });

  it("is replaced in any JSON object, which is otherwise the same to every parser", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constant("model"), fc.string({ unit: "binary" })), fc.jsonValue({ maxDepth: 3 })),
        fc.string(),
        fc.constantFrom(0, 2),
        (object, model, indent) => {
          const expected = "model" in object ? { ...object, model } : object;
          expect(JSON.parse(withModel(JSON.stringify(object, null, indent), model))).toEqual(
            JSON.parse(JSON.stringify(expected)),
          );
        },
      ),
    );
  });

  it("is looked for in whatever bytes come, without an error and within a moment", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, text) => {
        readObject(Buffer.concat([Buffer.from("{"), bytes]));
        readObject(Buffer.from(`{"model":${text}`));
      }),
    );
    const deep = `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)},"model":"old"}`;
    expect(withModel(deep).endsWith('"model":"new"}')).toBe(true);
    expect(withModel(`{"a":"${"\\".repeat(2_000_000)}","model":"old"}`).endsWith('"model":"new"}')).toBe(true);
  });
});

describe("members that are set", () => {
  const set = (text: string, ...members: [string, string][]): string => {
    const object = readObject(Buffer.from(text));
    if (object === undefined) throw new Error("no object");
    return spliceMembers(object, { replace: none, set: new Map(members) }).toString("utf8");
  };

  it.each([
    ["in the place of those that are there", '{"a":1,"b":2,"a":3}', '{"a":9,"b":2,"a":9}'],
    ["behind the others", '{"b":2 }', '{"b":2 ,"a":9}'],
    ["alone", "{ }", '{ "a":9}'],
  ])("stand %s", (_, text, expected) => {
    expect(set(text, ["a", "9"])).toBe(expected);
  });

  it("may be several", () => {
    expect(set('{"a":1}', ["b", '{"c":[]}'], ["a", "2"], ['"', "null"])).toBe('{"a":2,"b":{"c":[]},"\\"":null}');
  });
});

describe("a member's text", () => {
  it("is that of the last one", () => {
    const object = readObject(Buffer.from('{"stream":false,"stream" : true}'));

    expect(object && memberText(object, "stream")).toBe("true");
    expect(object && memberText(object, "other")).toBeUndefined();
  });
});
