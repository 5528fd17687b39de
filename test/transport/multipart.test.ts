import OpenAI from "openai";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edited } from "../../src/transport/edits.ts";
import { fieldEdits, fieldText } from "../../src/transport/multipart.ts";
import { failures } from "../../src/testing/fake-provider/index.ts";
import { keys, openDoor } from "./open-door.ts";

const type = "multipart/form-data; boundary=b";
const lines = (...parts: readonly string[]): string => parts.join("\r\n");
const field = (name: string, value: string): string =>
  lines("--b", `Content-Disposition: form-data; name="${name}"`, "", value);

function withModel(body: string, contentType = type, text = "new"): string {
  const bytes = Buffer.from(body, "latin1");
  return edited(bytes, fieldEdits(bytes, contentType, { name: "model", text })).toString("latin1");
}

const file = lines(
  "--b",
  'Content-Disposition: form-data; name="file"; filename="model"',
  "Content-Type: audio/wav",
  "",
  'RIFF\0\xff name="model"',
  "--bc",
  "--b-",
  "model",
);

describe("the model's field of a form", () => {
  it.each([
    ["first", lines(field("model", "old"), file, "--b--", ""), lines(field("model", "new"), file, "--b--", "")],
    [
      "in the middle",
      lines(file, field("model", "old"), field("a", "1"), "--b--"),
      lines(file, field("model", "new"), field("a", "1"), "--b--"),
    ],
    ["last", lines(file, field("model", "old"), "--b--"), lines(file, field("model", "new"), "--b--")],
    [
      "twice",
      lines(field("model", "x"), field("model", ""), "--b--"),
      lines(field("model", "new"), field("model", "new"), "--b--"),
    ],
    [
      "behind a preamble, with spaces behind its boundary",
      lines("ignore", "--b  ", "content-disposition:form-data;name=model", "", "old", "--b--"),
      lines("ignore", "--b  ", "content-disposition:form-data;name=model", "", "new", "--b--"),
    ],
    [
      "with further lines in its head",
      lines("--b", "Content-Type: text/plain", 'Content-Disposition: form-data; name="model"', "", "old", "--b--"),
      lines("--b", "Content-Type: text/plain", 'Content-Disposition: form-data; name="model"', "", "new", "--b--"),
    ],
  ])("is replaced %s, and nothing else changes", (_, body, expected) => {
    expect(withModel(body)).toBe(expected);
  });

  it.each([
    ["is a file", lines("--b", 'Content-Disposition: form-data; name="model"; filename="x"', "", "old", "--b--")],
    ["is called otherwise", lines(field("model_name", "old"), field("x; name=model", "old"), "--b--")],
    ["comes behind the last boundary", lines(field("a", "1"), "--b--", field("model", "old"), "--b--")],
    ["is cut off", lines(field("a", "1"), field("model", "old"))],
    ["has no head", lines("--b", "", 'form-data; name="model"', "--b--")],
    ["is nowhere", ""],
  ])("stays as it is where it %s", (_, body) => {
    expect(withModel(body)).toBe(body);
  });

  it.each(["multipart/form-data", "application/octet-stream; boundary=b", "multipart/form-data; boundary=other"])(
    "is not looked for in a body of type %s",
    (contentType) => {
      const body = lines(field("model", "old"), "--b--");

      expect(withModel(body, contentType)).toBe(body);
    },
  );

  it("is found by a boundary in quotes, in any case of names", () => {
    expect(withModel(lines(field("model", "old"), "--b--"), 'Multipart/Form-Data; charset=utf-8; Boundary="b"')).toBe(
      lines(field("model", "new"), "--b--"),
    );
  });

  it("is replaced in any form, which otherwise stays what it was", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom("model", "file", "a"), fc.oneof(fc.string(), fc.uint8Array()))),
        async (entries) => {
          const form = new FormData();
          for (const [name, value] of entries) {
            if (typeof value === "string") form.append(name, value);
            else form.append(name, new Blob([new Uint8Array(value)]), "model");
          }
          const carrier = new Response(form);
          const contentType = carrier.headers.get("content-type") ?? "";
          const bytes = Buffer.from(await carrier.clone().arrayBuffer());
          const rewritten = edited(bytes, fieldEdits(bytes, contentType, { name: "model", text: "ä" }));
          const after = await new Response(rewritten, { headers: { "content-type": contentType } }).formData();

          const before = await carrier.formData();
          const expected = [...before].map(([name, value]) => [
            name,
            name === "model" && typeof value === "string" ? "ä" : value,
          ]);
          expect(await flat([...after])).toEqual(await flat(expected as [string, string | File][]));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is looked for in whatever bytes come, without an error and within a moment", () => {
    fc.assert(fc.property(fc.string(), (text) => withModel(`--b\r\n${text}`).length > 0));
    expect(withModel("\r\n--b".repeat(500_000))).toHaveLength(2_500_000);
    expect(withModel(`${"--b\r\n\r\n\r\n".repeat(200_000)}--b--`).length).toBeGreaterThan(0);
    expect(
      fieldText(Buffer.from(lines(field("stream", "false"), field("stream", "true"), "--b--")), type, "stream"),
    ).toBe("true");
  });
});

async function flat(entries: readonly [string, string | File][]): Promise<unknown[]> {
  return Promise.all(
    entries.map(async ([name, value]) => [
      name,
      typeof value === "string" ? value : Buffer.from(await value.arrayBuffer()),
    ]),
  );
}

describe("a form that goes through the door", () => {
  const speech = new Uint8Array(300_000).map((_, index) => index % 256);

  it("names the credential's model and is otherwise sent as it came, again to the next", async () => {
    const { openai, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, failures.openai.invalidKey);

    const { text } = await openai.audio.transcriptions.create({
      model: "whisper-1",
      file: new File([speech], "model.wav", { type: "audio/wav" }),
      language: "en",
    });

    expect(text).toBe("Answered by second.");
    expect(upstream.requests.map(({ model }) => model)).toEqual(["upstream-model", "upstream-model"]);
    for (const { parts } of upstream.requests) {
      expect(parts.find(({ name }) => name === "file")?.body).toEqual(speech);
      expect(parts.map(({ name }) => name).toSorted()).toEqual(["file", "language", "model"]);
    }
  });

  it("may ask for a stream, which fails over up to its first event", async () => {
    const { fetch, baseURL, upstream } = await openDoor({ ids: ["primary", "second"], model: { timeout: "500ms" } });
    upstream.set(keys.primary, failures.openai.serverError);
    upstream.set(keys.second, {
      delayMs: 800,
      next: { raw: { status: 200, headers: { "content-type": "text/event-stream" }, body: 'data: {"delta":"a"}\n\n' } },
    });
    const form = new FormData();
    form.set("model", "gpt-image-1");
    form.set("stream", "true");

    const response = await fetch(`${baseURL}/images/edits`, { method: "POST", body: form });

    expect(await response.text()).toBe('data: {"delta":"a"}\n\n');
    expect(upstream.requests[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("is one whatever its boundary is called, and whatever stands before its first part", async () => {
    const { fetch, baseURL, upstream } = await openDoor({ ids: ["primary"] });
    const body = lines(
      '{"model":"chat"}',
      "--json",
      'Content-Disposition: form-data; name="model"',
      "",
      "mine",
      "--json--",
    );

    await fetch(`${baseURL}/audio/transcriptions`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=json" },
      body,
    });

    expect(String(Buffer.from(upstream.requests[0]?.body ?? []))).toBe(body.replace("mine", "upstream-model"));
  });

  it("shows no key of another credential to anyone", async () => {
    const { fetch, upstream } = await openDoor({ ids: ["primary", "second"] });
    upstream.set(keys.primary, failures.openai.invalidKey);
    const openai = new OpenAI({ apiKey: "sk-callers-own", fetch });

    await openai.audio.transcriptions.create({ model: "m", file: new File(["x"], "a.wav") });

    const [first, second] = upstream.requests.map(({ headers, body }) =>
      JSON.stringify([headers, Buffer.from(body).toString()]),
    );
    expect(first).not.toContain(keys.second);
    expect(second).not.toContain(keys.primary);
    expect(`${first}${second}`).not.toContain("sk-callers-own");
  });
});
