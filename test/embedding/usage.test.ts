import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { parseModelConfig, runtimeModel } from "../../src/config/index.ts";
import { callModel } from "../../src/engine/call-model.ts";
import { createModelEngine, type ModelEngine } from "../../src/engine/model-engine.ts";
import type { Credential } from "../../src/config/index.ts";
import { readRows } from "../machines/reference/vectors.ts";

interface Counts {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly call_count: number;
}

interface Report {
  readonly total_usage: Counts;
  readonly usage_by_model: Readonly<
    Record<string, { readonly total_usage: Counts; readonly usage_by_provider: Readonly<Record<string, Counts>> }>
  >;
}

interface Update {
  readonly op: string;
  readonly instance: number;
  readonly model: string;
  readonly provider: string;
  readonly prompt: number;
  readonly completion: number;
}

interface UsageRow {
  readonly id: string;
  readonly kind: "vlm" | "embedder" | "primary_backup";
  readonly n: number;
  readonly ops: readonly Update[];
  readonly expected: Report;
  readonly better: Report | null;
}

const rows = readRows<UsageRow>("usage");
const none: Counts = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, call_count: 0 };

/** A member of theirs that was asked by one provider is a credential of ours. */
const credentialId = ({ instance, provider }: Update): string => `m${instance}.${provider}`;

/** Books a row's answers on engines, one a model, and reports as the reference does, from what the engines counted. */
async function report({ ops }: UsageRow): Promise<Report> {
  const engines = new Map<string, ModelEngine<Credential>>();
  for (const name of new Set(ops.map(({ model }) => model))) {
    const ids = [...new Set(ops.filter(({ model }) => model === name).map(credentialId))];
    const config = parseModelConfig({ api: "any", model: name, credentials: ids.map((id) => ({ id })) });
    engines.set(
      name,
      createModelEngine(runtimeModel(name, config), { classify: () => ({ class: "unknown", rule: "" }) }),
    );
  }
  for (const update of ops) {
    const engine = engines.get(update.model) as ModelEngine<Credential>;
    const answer = ({ recordUsage }: { readonly recordUsage: (tokens: object) => void }): void =>
      recordUsage({ inputTokens: update.prompt, outputTokens: update.completion });
    await callModel(engine, answer, { only: [credentialId(update)] });
  }
  const byModel = [...engines].map(([name, engine]) => [name, reportOf(name, engine)] as const);
  await Promise.all([...engines.values()].map((engine) => engine.close()));
  return {
    total_usage: sum(byModel.map(([, { total_usage }]) => total_usage)),
    usage_by_model: Object.fromEntries(byModel),
  };
}

function reportOf(name: string, engine: ModelEngine<Credential>) {
  const providers = new Map<string, Counts>();
  for (const [id, { inputTokens, outputTokens, served }] of Object.entries(engine.snapshot().usage)) {
    const provider = id.slice(id.indexOf(".") + 1);
    const counts = {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      call_count: served,
    };
    providers.set(provider, sum([providers.get(provider) ?? none, counts]));
  }
  return {
    model_name: name,
    total_usage: sum([...providers.values()]),
    usage_by_provider: Object.fromEntries(providers),
  };
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (one, other) => ({
      prompt_tokens: one.prompt_tokens + other.prompt_tokens,
      completion_tokens: one.completion_tokens + other.completion_tokens,
      total_tokens: one.total_tokens + other.total_tokens,
      call_count: one.call_count + other.call_count,
    }),
    none,
  );
}

/** Without the numbers of calls. */
const tokensOf = (told: Report): unknown =>
  JSON.parse(JSON.stringify(told, (key, value: unknown) => (key === "call_count" ? undefined : value)));

describe("usage, against what the reference reported (S40)", () => {
  it("counts the same tokens for each model and provider, in every row", async () => {
    const differing: string[] = [];
    for (const row of rows) {
      if (!isDeepStrictEqual(tokensOf(await report(row)), tokensOf(row.expected))) differing.push(row.id);
    }

    expect(rows).toHaveLength(31);
    expect(differing).toEqual([]);
  });

  it("adds calls up where the reference overwrote them (W49), and agrees on every other row", async () => {
    const explanations = new Map<string, string[]>();
    for (const row of rows) {
      const ours = await report(row);
      const agrees = isDeepStrictEqual(ours, row.expected);
      const departs = row.better !== null && isDeepStrictEqual(ours, row.better);
      const by = agrees ? "agrees" : departs ? "calls are added up, not overwritten (W49)" : "unexplained";
      explanations.set(by, [...(explanations.get(by) ?? []), row.id]);
    }
    const lines = [...explanations].map(([by, ids]) => `  ${String(ids.length).padStart(4)}  ${by}`);
    console.log([`usage: ${rows.length} rows`, ...lines].join("\n"));

    expect(explanations.get("unexplained") ?? []).toEqual([]);
    expect(explanations.get("agrees")).toEqual(["u00"]);
  });
});
