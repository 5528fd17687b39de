import { normaliseOpenViking, parseOpenViking } from "../../../src/config/index.ts";
import type { ModelConfigInput } from "../../../src/config/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { InputIssue } from "../../../src/errors.ts";
import { pathOf, stated } from "./replay.ts";
import type { Answer, Departure, ReferenceError, ReplayedRow } from "./replay.ts";

/* oxlint-disable typescript/no-explicit-any -- the rows are made-up inputs of any shape */
type Members = Readonly<Record<string, any>>;

/** One ring, or one client, as it was built there. */
interface Built {
  readonly shape: string;
  readonly ids?: readonly string[];
  readonly members?: readonly Members[];
  readonly dense?: Built;
  readonly sparse?: Built;
  readonly failback_timeout_s?: number;
  readonly failback_request_count?: number;
}

export interface EmbeddingRow {
  readonly id: string;
  readonly input: Members;
  readonly expected_head: {
    readonly valid: boolean;
    readonly errors?: readonly ReferenceError[];
    readonly dimension?: number | null;
    readonly dimension_error?: ReferenceError | null;
    readonly built?: Built | null;
    readonly build_error?: ReferenceError | null;
  };
}

interface EmbeddingModel {
  readonly kind: string;
  readonly members: readonly Members[];
  readonly options: Members;
  readonly failback: { readonly timeout: number; readonly requests: number };
}

interface Embedding {
  readonly dimension: number | null | undefined;
  readonly models: readonly EmbeddingModel[];
}

const memberFields = ["model", "api_key", "api_base", "api_version", "ak", "sk", "region", "host", "extra_headers"];
const optionFields = ["batch_size", "input", "enable_fusion", "res_level", "max_video_frames"];
const taskFields = ["query_param", "document_param"];

export function replayEmbedding(row: EmbeddingRow): ReplayedRow<EmbeddingRow, Embedding> {
  return { row, there: thereOf(row), here: hereOf(row) };
}

function thereOf({ expected_head: expected }: EmbeddingRow): Answer<Embedding> {
  const built = expected.built ?? undefined;
  if (!expected.valid) return { refusedThere: expected.errors ?? [] };
  if (built === undefined) return { refusedThere: expected.build_error ? [expected.build_error] : [] };
  if (expected.dimension_error) return { refusedThere: [expected.dimension_error] };
  const rings = built.shape === "composite" ? [built.dense, built.sparse] : [built];
  return {
    outcome: {
      dimension: expected.dimension,
      models: rings.flatMap((ring) => (ring === undefined ? [] : [modelThere(ring)])),
    },
  };
}

function modelThere({ ids, members = [], failback_timeout_s, failback_request_count }: Built): EmbeddingModel {
  const [first = {}] = members;
  return {
    kind: first["kind"],
    members: members.map((member, index) => ({
      id: ids?.[index] ?? "credential-0",
      provider: member["built_provider"],
      ...stated(pick(member, memberFields)),
      ...stated({ extra_request_body: member["extra_body"] }),
    })),
    options: optionsOf(first),
    failback: { timeout: failback_timeout_s ?? 600, requests: failback_request_count ?? 50 },
  };
}

function hereOf({ input }: EmbeddingRow): Answer<Embedding> {
  try {
    parseOpenViking({ embedding: input }, { env: {} });
    const models = Object.values(normaliseOpenViking({ embedding: input }).config.models);
    return { outcome: { dimension: models[0]?.dimension, models: models.map(modelHere) } };
  } catch (error) {
    if (error instanceof ConfigError) return { refused: error.issues };
    throw error;
  }
}

function modelHere(model: ModelConfigInput): EmbeddingModel {
  return {
    kind: model.vectors ?? "dense",
    members: model.credentials.map((credential) => ({
      id: credential.id,
      provider: credential.provider,
      ...stated(pick({ ...credential, model: credential.model ?? model.model }, memberFields)),
      ...stated({ extra_request_body: credential.extra_request_body }),
    })),
    options: optionsOf({ ...model, batch_size: model.batch_size ?? 32 }),
    failback: { timeout: Number(model.failback?.timeout ?? 600), requests: model.failback?.requests ?? 50 },
  };
}

function pick(members: Members, fields: readonly string[]): Members {
  return Object.fromEntries(fields.map((field) => [field, members[field]]));
}

/** Task types are upper case on Gemini's wire and lower case in that project's configuration. */
function optionsOf(members: Members): Members {
  const tasks = taskFields.map((field) => [field, members[field]?.toLowerCase()]);
  return stated({ ...pick(members, optionFields), ...Object.fromEntries(tasks) });
}

export function embeddingSaysTheSame(there: readonly ReferenceError[], here: readonly InputIssue[]): boolean {
  const ends = (name: string): boolean => here.some(({ path }) => path.endsWith(`.${name}`));
  return there.every(({ reason, field, fields = [] }) => {
    if (reason === "api_key_missing") return ends("api_key");
    if (reason === "api_base_missing") return ends("api_base");
    if (reason === "fields_missing") return fields.every(ends);
    if (reason === "model_missing" || reason === "dimension_conflict") return ends("model");
    if (reason === "dimension_missing") return ends("dimension");
    if (reason === "provider_unknown" || reason === "kind_not_supported") return ends("provider");
    if (reason === "nothing_to_embed_with") return ends("sparse");
    if (reason === "multimodal_only") return ["enable_fusion", "res_level", "max_video_frames"].some(ends);
    return here.some(({ path }) => path === pathOf("embedding", field));
  });
}

/** Of which the providers document the length. */
const documented: ReadonlySet<string> = new Set([
  "text-embedding-3-small",
  "text-embedding-3-large",
  "text-embedding-ada-002",
  "voyage-3",
  "embed-english-v3.0",
  "embed-english-light-v3.0",
  "embed-v4.0",
  "gemini-embedding-001",
  "text-embedding-004",
  "text-embedding-v4",
  "qwen3-vl-embedding",
  "tongyi-embedding-vision-plus",
  "tongyi-embedding-vision-flash",
  "nomic-embed-text",
]);

/** The section whose vectors have a length. */
const used = ({ input }: EmbeddingRow): Members => input["hybrid"] ?? input["dense"] ?? {};
const listed = (row: EmbeddingRow): readonly Members[] => used(row)["credentials"] ?? [];
const modelsOf = (row: EmbeddingRow): readonly (string | undefined)[] => {
  const { model } = used(row);
  return listed(row).length === 0 ? [model] : listed(row).map((credential) => credential["model"] || model);
};
/** What has no right shape is told before what it means. */
const isMisshapen = (row: EmbeddingRow): boolean => used(row)["input"] === "video" || used(row)["dimension"] < 0;
const isLocal = (row: EmbeddingRow): boolean => JSON.stringify(used(row)).includes('"local"');

export const embeddingDepartures: readonly Departure<EmbeddingRow, Embedding>[] = [
  {
    name: "a section that configures nothing is no configuration",
    applies: ({ input }) =>
      [input["dense"], input["sparse"], input["hybrid"]].every((section) => Object.keys(section ?? {}).length === 0),
    refuses: ({ found }) => found === "no model",
  },
  {
    name: "what runs inside that project alone is refused",
    applies: isLocal,
    refuses: ({ found }) => found.includes("runs inside OpenViking alone"),
  },
  {
    name: "a length is never guessed (W41, S41)",
    applies: (row) => {
      const models = modelsOf(row).filter((model) => model !== undefined);
      const isLost = isLocal(row) || models.length < modelsOf(row).length || Object.keys(used(row)).length === 0;
      return (
        !isLost &&
        !isMisshapen(row) &&
        used(row)["dimension"] === undefined &&
        !models.every((model) => documented.has(model.toLowerCase()))
      );
    },
    refuses: ({ path }) => path.endsWith(".dimension"),
  },
  {
    name: "vectors of different models do not mix, however equal their length (W40, S42)",
    applies: (row) => new Set(modelsOf(row).filter((model) => model !== undefined)).size > 1,
    refuses: ({ path, found }) => path.endsWith(".model") && found.includes("another space"),
  },
  {
    name: "every credential needs a model (W39)",
    applies: (row) => modelsOf(row).includes(undefined) && modelsOf(row).some((model) => model !== undefined),
    refuses: ({ path }) => path === "embedding.dense.model",
  },
  {
    name: "numbers have bounds (W43)",
    applies: (row) => [used(row)["dimension"], used(row)["failback_timeout_seconds"]].some((number) => number < 0),
    refuses: ({ found }) => /^-\d+$/.test(found),
  },
  {
    name: "input is text or multimodal",
    applies: (row) => used(row)["input"] === "video",
    refuses: ({ path }) => path.endsWith(".input"),
  },
  {
    name: "azure names the version that is asked for",
    applies: (row) => JSON.stringify(used(row)).includes('"azure"'),
    becomes: (outcome) =>
      outcome && {
        ...outcome,
        models: outcome.models.map((model) => ({
          ...model,
          members: model.members.map((member) =>
            member["provider"] === "azure"
              ? { ...member, api_version: member["api_version"] ?? "2025-01-01-preview" }
              : member,
          ),
        })),
      },
  },
  {
    name: "a server of OpenAI's dialect without a key is called custom",
    applies: (row) =>
      [used(row), ...listed(row)].some((at) => at["provider"] === "openai" && !at["api_key"] && at["api_base"]),
    becomes: (outcome) =>
      outcome && {
        ...outcome,
        models: outcome.models.map((model) => ({
          ...model,
          members: model.members.map((member) => (member["api_key"] ? member : { ...member, provider: "custom" })),
        })),
      },
  },
  {
    name: "an empty value switches off what would be inherited (W38)",
    applies: (row) => listed(row).some(({ extra_headers }) => extra_headers && Object.keys(extra_headers).length === 0),
    becomes: (outcome, row) =>
      outcome && {
        ...outcome,
        models: outcome.models.map((model) => ({
          ...model,
          members: model.members.map((member, index) => ({
            ...member,
            extra_headers: listed(row)[index]?.["extra_headers"] ?? member["extra_headers"],
          })),
        })),
      },
  },
];
