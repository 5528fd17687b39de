import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseModelConfig } from "../../src/config/index.ts";
import { compareSignatures, embeddingSignature } from "../../src/embedding/index.ts";
import type { EmbeddingSignature } from "../../src/embedding/index.ts";
import { ConfigError, UsageError } from "../../src/errors.ts";
import { decide, explain, signatureFor, signatureOf, verdictOn } from "./metadata-replay.ts";
import type { MetadataRow } from "./metadata-replay.ts";

interface SignatureRow {
  readonly id: string;
  readonly input: object;
  readonly expected: object;
}

const path = new URL("../fixtures/reference/metadata.json", import.meta.url);
const { rows, signatures } = JSON.parse(readFileSync(path, "utf8")) as {
  readonly rows: readonly MetadataRow[];
  readonly signatures: readonly SignatureRow[];
};

describe("stored signatures, against metadata", () => {
  const explanations = new Map<string, string[]>();
  for (const row of rows) {
    const by = explain(row) ?? "unexplained";
    explanations.set(by, [...(explanations.get(by) ?? []), row.id]);
  }
  const lines = [...explanations].map(([by, ids]) => `  ${String(ids.length).padStart(4)}  ${by}`);
  console.log([`metadata: ${rows.length} rows`, ...lines].join("\n"));

  it("agrees with every row, or departs exactly as said", () => {
    expect(explanations.get("unexplained") ?? []).toEqual([]);
  });

  it("agrees outright with at least 36 of 48 rows", () => {
    expect(rows).toHaveLength(48);
    expect(explanations.get("agrees")?.length).toBeGreaterThanOrEqual(36);
  });

  it.each(rows)("$id: a configuration signs as it did", (row) => {
    expect(signatureOf(row)).toMatchObject(row.current_signature);
  });

  it.each(rows.filter((row) => decide(row) === "rewrite"))(
    "$id: what is written, also over a broken one, reads as the same next time (W45)",
    (row) => {
      const { write } = verdictOn(row);

      expect(compareSignatures(JSON.stringify(write), signatureOf(row), { vectorCount: 7 })).toMatchObject({
        action: "reuse",
        reason: "same",
      });
    },
  );

  /** Local models cannot be asked from outside; unknown lengths are refused. */
  it.each(signatures)("$id: signs as it did, or is refused with the configuration", ({ input, expected }) => {
    let signature: object | undefined;
    try {
      signature = signatureFor({ ...input });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
    }
    if (signature !== undefined) expect(signature).toMatchObject(expected);
  });
});

describe("a signature", () => {
  const credential = { provider: "openai", api_key: "k" };
  const modelOf = (...models: readonly string[]) =>
    parseModelConfig(
      {
        kind: "embedding",
        dimension: 8,
        interchangeable: true,
        credentials: models.map((model) => ({ ...credential, model })),
      },
      { env: {} },
    );

  it("names every source once, whatever the order of the further ones", () => {
    expect(embeddingSignature(modelOf("a", "c", "b", "a"))).toEqual({
      provider: "openai",
      model: "a",
      dimension: 8,
      model_identity: "a",
      others: [
        { provider: "openai", model: "b" },
        { provider: "openai", model: "c" },
      ],
    });
  });

  it("stays usable when two endpoints swap places", () => {
    const verdict = compareSignatures(embeddingSignature(modelOf("a", "b")), embeddingSignature(modelOf("b", "a")));

    expect(verdict).toMatchObject({ action: "reuse", reason: "same" });
  });

  it("shows when a further credential gets another model", () => {
    const before = embeddingSignature(modelOf("a", "b"));
    const after = embeddingSignature(modelOf("a", "z"));

    expect(compareSignatures(before, after).action).toBe("rebuild_required");
    expect(compareSignatures(before, after, { allowMetadataOverride: true }).action).toBe("rewrite");
  });

  it("calls a server of one's own openai, as those did who signed before", () => {
    const own = parseModelConfig(
      {
        kind: "embedding",
        model: "m",
        dimension: 8,
        credentials: [{ provider: "custom", api_base: "http://localhost:1" }],
      },
      { env: {} },
    );

    expect(embeddingSignature(own).provider).toBe("openai");
  });

  it("cannot be made of a chat model", () => {
    const chat = parseModelConfig({ model: "m", credentials: [credential] }, { env: {} });

    expect(() => embeddingSignature(chat)).toThrow(UsageError);
    expect(() => embeddingSignature(undefined as never)).toThrow("model: found nothing, wanted a model of what");
  });
});

describe("a collection", () => {
  const current: EmbeddingSignature = {
    provider: "openai",
    model: "m",
    dimension: 8,
    model_identity: "m",
    input: "text",
  };

  it("of another length is never used, whatever the override says", () => {
    expect(
      compareSignatures({ ...current, dimension: 9 }, current, { allowMetadataOverride: true, vectorCount: 0 }),
    ).toEqual({
      action: "rebuild_required",
      reason: "dimension_changed",
      message: "The vectors have another length now. Make the collection anew and embed everything again.",
    });
  });

  it("of another kind of input asks for the override", () => {
    expect(compareSignatures({ ...current, input: "multimodal" }, current).reason).toBe("input_changed");
  });

  it("that says nothing of its input is used as it was", () => {
    const { input: _, ...stored } = current;

    expect(compareSignatures(stored, current).action).toBe("reuse");
  });

  it.each([undefined, null, 5, "", "{", "[]", "null", [], '{"provider": "openai"'])(
    "with %j for a signature is of unknown origin",
    (stored) => {
      expect(compareSignatures(stored, current, { vectorCount: 7 })).toMatchObject({ reason: "unknown_origin" });
      expect(compareSignatures(stored, current, { vectorCount: 0 })).toMatchObject({
        action: "rewrite",
        write: current,
      });
    },
  );
});
