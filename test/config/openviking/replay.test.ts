import { describe, expect, it } from "vitest";
import { embeddingDepartures, embeddingSaysTheSame, replayEmbedding } from "./embedding-replay.ts";
import type { EmbeddingRow } from "./embedding-replay.ts";
import { rowsOf, tally } from "./replay.ts";
import { replayVlm, vlmDepartures, vlmSaysTheSame } from "./vlm-replay.ts";
import type { VlmRow } from "./vlm-replay.ts";

describe("chat sections, against config_vlm", () => {
  const rows = rowsOf<VlmRow>("config_vlm");
  const result = tally("config_vlm", rows.map(replayVlm), vlmDepartures, vlmSaysTheSame);

  it("agrees with every row, or departs exactly as said", () => {
    expect(result.unexplained).toEqual([]);
  });

  it("agrees outright with at least 47 of 82 rows", () => {
    expect(rows).toHaveLength(82);
    expect(result.agree.length).toBeGreaterThanOrEqual(47);
  });
});

describe("embedding sections, against config_embedding", () => {
  const rows = rowsOf<EmbeddingRow>("config_embedding");
  const result = tally("config_embedding", rows.map(replayEmbedding), embeddingDepartures, embeddingSaysTheSame);

  it("agrees with every row, or departs exactly as said", () => {
    expect(result.unexplained).toEqual([]);
  });

  it("agrees outright with at least 83 of 122 rows", () => {
    expect(rows).toHaveLength(122);
    expect(result.agree.length).toBeGreaterThanOrEqual(83);
  });
});
