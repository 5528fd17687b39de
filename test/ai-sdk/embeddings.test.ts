import { embed, embedMany } from "ai";
import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { failoverEmbeddingModel } from "../../src/ai-sdk/index.ts";
import { AllCredentialsFailedError, UsageError, VectorMismatchError } from "../../src/index.ts";
import { keys, openModel, openVectors, thrownBy, vectorsOf } from "./open-models.ts";

const vector = (length: number): number[] => Array.from({ length }, () => 0.5);

/** An upstream's answer with these vectors. */
const answering = (...vectors: number[][]) => ({
  raw: {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: vectors.map((embedding) => ({ embedding })), usage: { prompt_tokens: 1 } }),
  },
});

describe("vectors that are not the model's", () => {
  it.each([
    ["of another length", answering(vector(8), vector(9))],
    ["of another number", answering(vector(8))],
  ])("%s are thrown away, and the next credential is asked", async (_, behaviour) => {
    const { vectors, upstream, model } = await openVectors();
    upstream.set(keys.primary, behaviour);

    const { embeddings } = await embedMany({ model: vectors, values: ["one", "two"] });

    expect(embeddings.map(({ length }) => length)).toEqual([8, 8]);
    expect(model.active()).toBe("second");
  });

  it("are an error that says so where every credential has them", async () => {
    const { vectors, upstream } = await openVectors();
    for (const key of [keys.primary, keys.second]) upstream.set(key, answering(vector(1536)));

    const error = await thrownBy(embed({ model: vectors, value: "one" }));

    expect(error).toBeInstanceOf(AllCredentialsFailedError);
    const [original] = (error as AllCredentialsFailedError).errors as readonly unknown[];
    expect(original).toBeInstanceOf(VectorMismatchError);
    expect(String(original)).toContain("a vector of 1536 numbers, wanted the model's dimension of 8");
  });

  it("cannot be asked for", async () => {
    const { vectors, upstream, model } = await openVectors();

    const error = await thrownBy(Promise.resolve(vectors.doEmbed({ values: ["one"], dimensions: 4 })));

    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("dimensions: found 4, wanted the model's dimension of 8");
    expect(upstream.requests).toEqual([]);
    expect(model.active()).toBe("primary");
  });
});

describe("a model made for another upstream model than the credential's", () => {
  const stranger: (credential: Parameters<typeof vectorsOf>[0]) => EmbeddingModelV4 = (credential) =>
    vectorsOf({ ...credential, apiKey: credential.apiKey, model: "text-embedding-ada-002" });

  it("is refused before anything is sent, since its vectors would live in another space", async () => {
    const { model, upstream } = await openModel({ config: { kind: "embedding", dimension: 8 } });

    const error = await thrownBy(embed({ model: failoverEmbeddingModel(model, stranger), value: "one" }));

    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain('found "text-embedding-ada-002" for credential "primary"');
    expect(upstream.requests).toEqual([]);
    expect(model.snapshot()).toMatchObject({ active: "primary", cooldowns: {} });
  });

  it("is taken where the configuration says that the vectors are the same", async () => {
    const { model } = await openModel({ config: { kind: "embedding", dimension: 8, interchangeable: true } });

    const { embedding } = await embed({ model: failoverEmbeddingModel(model, stranger), value: "one" });

    expect(embedding).toHaveLength(8);
  });
});

describe("many values", () => {
  it("are asked for in batches of the configuration's size, each of which fails over", async () => {
    const { vectors, upstream } = await openVectors({ config: { batch_size: 2 } });
    upstream.script(keys.primary, "healthy", { reset: true });

    const { embeddings } = await embedMany({
      model: vectors,
      values: ["one", "two", "three", "four", "five"],
      maxParallelCalls: 1,
    });

    expect(embeddings).toHaveLength(5);
    expect(upstream.requests.map(({ key }) => key)).toEqual([keys.primary, keys.primary, keys.second, keys.second]);
  });

  it("are never more than the least that a provider takes", async () => {
    const { model } = await openModel({ config: { kind: "embedding", dimension: 8, batch_size: 100 } });
    const limited = failoverEmbeddingModel(model, (credential) =>
      Object.assign(Object.create(vectorsOf(credential)) as EmbeddingModelV4, {
        maxEmbeddingsPerCall: credential.id === "second" ? Promise.resolve(7) : undefined,
        supportsParallelCalls: credential.id !== "second",
      }),
    );

    expect(await limited.maxEmbeddingsPerCall).toBe(7);
    expect(await limited.supportsParallelCalls).toBe(false);
  });
});
