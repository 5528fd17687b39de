import { normaliseOpenViking, parseOpenViking } from "../../../src/config/index.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { InputIssue } from "../../../src/errors.ts";
import { providerFor } from "../../../src/providers/index.ts";
import { pathOf, stated } from "./replay.ts";
import type { Answer, Departure, ReferenceError, ReplayedRow } from "./replay.ts";

/* oxlint-disable typescript/no-explicit-any -- the rows are made-up inputs of any shape */
interface Input {
  readonly [member: string]: any;
}

type Members = Readonly<Record<string, any>>;

export interface VlmRow {
  readonly id: string;
  readonly input: Input;
  readonly expected_head: {
    readonly valid: boolean;
    readonly errors?: readonly ReferenceError[];
    readonly credentials?: readonly Members[];
    readonly runtime?: readonly Members[];
    readonly failback_timeout_s?: number;
    readonly failback_request_count?: number;
  };
}

/** What a chat section comes to: its clients and the model's policy. */
interface Vlm {
  readonly credentials: readonly Members[];
  readonly timeout: number;
  readonly max_retries: number;
  readonly failback: { readonly timeout: number; readonly requests: number };
}

/** What a client sends by itself; temperature and thinking come with each request of that project's. */
const clientFields = [
  "model",
  "api_key",
  "api_base",
  "api_version",
  "extra_headers",
  "extra_request_body",
  "max_tokens",
];

export function replayVlm(row: VlmRow): ReplayedRow<VlmRow, Vlm> {
  return { row, there: thereOf(row), here: hereOf(row) };
}

function thereOf({ expected_head: expected }: VlmRow): Answer<Vlm> {
  if (!expected.valid) return { refusedThere: expected.errors ?? [] };
  const runtime = expected.runtime ?? [];
  return {
    outcome: {
      credentials: runtime.map((client, index) => ({
        id: expected.credentials?.[index]?.["id"],
        provider: canonical(client["provider"]),
        stream: client["stream"],
        ...stated(pick(client)),
      })),
      timeout: runtime[0]?.["timeout"] ?? 600,
      max_retries: runtime[0]?.["max_retries"] ?? 3,
      failback: { timeout: expected.failback_timeout_s ?? 0, requests: expected.failback_request_count ?? 0 },
    },
  };
}

function hereOf({ input }: VlmRow): Answer<Vlm> {
  try {
    parseOpenViking({ vlm: input }, { env: {} });
    const { vlm } = normaliseOpenViking({ vlm: input }).config.models;
    if (vlm === undefined) throw new Error("there is no chat model");
    return {
      outcome: {
        credentials: vlm.credentials.map((credential) => ({
          id: credential.id,
          provider: credential.provider,
          stream: credential.stream ?? false,
          ...stated(pick({ ...credential, model: credential.model ?? vlm.model })),
        })),
        timeout: Number(vlm.timeout),
        max_retries: vlm.retry?.max_retries ?? 3,
        failback: { timeout: Number(vlm.failback?.timeout ?? 600), requests: vlm.failback?.requests ?? 50 },
      },
    };
  } catch (error) {
    if (error instanceof ConfigError) return { refused: error.issues };
    throw error;
  }
}

function pick(members: Members): Members {
  return Object.fromEntries(clientFields.map((field) => [field, members[field]]));
}

function canonical(provider: string | null): string | null {
  return provider === null ? null : (providerFor(provider)?.name ?? provider);
}

/** Whether one of our issues says what was found wrong there. */
export function vlmSaysTheSame(there: readonly ReferenceError[], here: readonly InputIssue[]): boolean {
  return there.every(({ reason, field }) =>
    here.some(({ path }) => {
      if (reason === "api_key_missing") return path.endsWith(".api_key");
      if (reason === "model_missing") return path.endsWith(".model");
      return path === pathOf("vlm", field);
    }),
  );
}

const listed = ({ input }: VlmRow): readonly Members[] =>
  Array.isArray(input["credentials"]) ? input["credentials"] : [];
const entries = ({ input }: VlmRow): readonly [string, Members][] => Object.entries(input["providers"] ?? {});
const text = (value: unknown): string => (typeof value === "string" ? value.trim().toLowerCase() : "");
const above = ({ input }: VlmRow): string => text(input["provider"]) || text(input["default_provider"]);
const isEmptyObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
const each = (outcome: Vlm | undefined, change: (credential: Members, index: number) => Members): Vlm | undefined =>
  outcome && { ...outcome, credentials: outcome.credentials.map(change) };

const bases: Readonly<Record<string, string>> = {
  moonshot: "https://api.kimi.com/coding/v1",
  zhipu: "https://api.z.ai/api/coding/paas/v4",
};

export const vlmDepartures: readonly Departure<VlmRow, Vlm>[] = [
  {
    name: "a section that configures nothing is no configuration",
    applies: ({ input }) => Object.keys(input).length === 0,
    refuses: ({ found }) => found === "no model",
  },
  {
    name: "what runs inside that project alone is refused",
    applies: (row) => JSON.stringify(row.input).includes('"openai-codex"'),
    refuses: ({ found }) => found.includes("runs inside OpenViking alone"),
  },
  {
    name: "a provider that nobody knows is refused (W36b)",
    applies: ({ input }) => text(input["provider"]) === "some-other",
    refuses: ({ path, found }) => path === "vlm.provider" && found === '"some-other"',
  },
  {
    name: "a blank provider is refused (W36b)",
    applies: (row) => [row.input["provider"], ...entries(row).map(([name]) => name)].some((name) => /^\s+$/.test(name)),
    refuses: ({ found }) => found.startsWith("a blank"),
  },
  {
    name: "a credential needs a key even if no provider is named (W39)",
    applies: (row) =>
      above(row) === "" &&
      listed(row).length === 0 &&
      !row.input["api_key"] &&
      !entries(row).some(([name, { api_key }]) => (api_key && text(name) !== "") || name === "openai-codex") &&
      Object.keys(row.input).length > 1,
    refuses: ({ path }) => path === "vlm.api_key",
  },
  {
    name: "a base stays with its provider (W32)",
    applies: (row) => {
      const others = row.input["backup"] ? [row.input["backup"]] : listed(row);
      return others.some(
        (other) => row.input["api_base"] && !other["api_base"] && text(other["provider"]) !== above(row),
      );
    },
    refuses: ({ path, found }) => path.endsWith(".api_base") && found.startsWith("nothing of its own"),
  },
  {
    name: "ids are unique (W35)",
    applies: (row) => {
      const ids = listed(row).map(({ id }, index) => id || `credential-${index}`);
      return new Set(ids).size < ids.length;
    },
    refuses: ({ path }) => path.endsWith(".id"),
  },
  {
    name: "the provider that is assumed is named (W36b)",
    applies: (row) => above(row) === "" && entries(row).length === 0,
    becomes: (outcome) =>
      each(outcome, (credential) => ({ ...credential, provider: credential["provider"] ?? "openai" })),
  },
  {
    name: "default_provider holds for listed credentials too",
    applies: (row) =>
      text(row.input["provider"]) === "" && above(row) !== "" && listed(row).some(({ provider }) => !provider),
    becomes: (outcome, row) =>
      each(outcome, (credential) => ({ ...credential, provider: credential["provider"] ?? canonical(above(row)) })),
  },
  {
    name: "a credential's provider is found in any case (W36)",
    applies: (row) => listed(row).some(({ provider }) => typeof provider === "string" && provider !== text(provider)),
    becomes: (outcome, row) =>
      outcome ?? {
        credentials: listed(row).map(({ provider }, index) => ({
          id: `credential-${index}`,
          provider: canonical(provider),
          stream: false,
          model: row.input["model"],
          api_key: entries(row).find(([name]) => name === text(provider))?.[1]["api_key"],
        })),
        timeout: 600,
        max_retries: 3,
        failback: { timeout: 600, requests: 50 },
      },
  },
  {
    name: "an empty value switches off what would be inherited (W38)",
    applies: (row) =>
      [...listed(row), ...entries(row).map(([, entry]) => entry)].some((at) => Object.values(at).some(isEmptyObject)),
    becomes: (outcome, row) => {
      const at = listed(row)[0] ?? entries(row)[0]?.[1] ?? {};
      const emptied = Object.fromEntries(Object.entries(at).filter(([, value]) => isEmptyObject(value)));
      return each(outcome, (credential) => ({ ...credential, ...emptied }));
    },
  },
  {
    name: "a backup's credential keeps its model (W34)",
    applies: ({ input }) => Boolean(input["backup"]?.credentials?.[0]?.model),
    becomes: (outcome, { input }) =>
      each(outcome, (credential, index) =>
        index === 1 ? { ...credential, model: input["backup"].credentials[0].model } : credential,
      ),
  },
  {
    name: "kimi and glm name the base of their subscriptions",
    applies: (row) => /"(?:kimi|glm)"/i.test(JSON.stringify(row.input)),
    becomes: (outcome) =>
      each(outcome, (credential) => {
        const base = bases[credential["provider"]];
        return base === undefined || credential["api_base"] !== undefined
          ? credential
          : { ...credential, api_base: base };
      }),
  },
];
