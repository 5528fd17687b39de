import { ConfigError } from "../../errors.ts";
import type { InputIssue } from "../../errors.ts";
import { shapeIssues } from "../input-shape.ts";
import { inputIssues, toldIssues } from "../issues.ts";
import type { KeyswitchConfig } from "../options.ts";
import { parseConfig } from "../parse.ts";
import type { Config, ParseOptions } from "../parse.ts";
import { pathText } from "../path.ts";
import { embeddingModels } from "./embedding.ts";
import { leftovers } from "./leftovers.ts";
import { createLedger } from "./ledger.ts";
import type { Change, Origin } from "./ledger.ts";
import { openVikingSchema } from "./shape.ts";
import { vlmModel } from "./vlm.ts";

/** An `ov.conf` as a configuration of ours. */
export interface NormalisedOpenViking {
  readonly config: KeyswitchConfig;
  /** What became of every value. */
  readonly changes: readonly Change[];
  /** Where its models and credentials come from. */
  readonly origins: readonly Origin[];
}

/** What a user may state besides, since an `ov.conf` has no word for it. */
export interface OpenVikingOptions {
  /**
   * States that credentials of an embedding model that name different upstream models reach one and the same (S42).
   * @default false
   */
  readonly interchangeable?: boolean;
  /** What errors call the configuration, such as its path. */
  readonly source?: string;
}

/** Whether a configuration is an `ov.conf`, which has sections where ours has models. */
export function isOpenViking(input: unknown): boolean {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return false;
  return !Object.hasOwn(input, "models") && (Object.hasOwn(input, "vlm") || Object.hasOwn(input, "embedding"));
}

/**
 * Turns an `ov.conf` into a configuration of ours: `vlm` becomes a chat model, `embedding` a dense one, a sparse one or a
 * hybrid one. Every credential is merged with its level here, once.
 *
 * Keys and references stay as they are written.
 *
 * @throws ConfigError with everything that is wrong, at its place in the `ov.conf`: what that project itself refuses, and
 * what it takes but would do harm, each with a way out.
 */
export function normaliseOpenViking(input: unknown, options: OpenVikingOptions = {}): NormalisedOpenViking {
  const { interchangeable = false, source } = options;
  const { vlm, embedding } = sectionsOf(input, source);
  const ledger = createLedger();
  const chat = vlm === undefined ? undefined : vlmModel(vlm, ["vlm"], ledger);
  const embeddings =
    embedding === undefined ? {} : embeddingModels(embedding, ["embedding"], { interchangeable }, ledger);
  const models = { ...(chat !== undefined && { vlm: chat }), ...embeddings };
  if (Object.keys(models).length === 0 && ledger.issues.length === 0) {
    const wanted = "a model in vlm or embedding; with none, OpenViking uses the one that runs inside it";
    ledger.refuse([], "no model", wanted);
  }
  if (ledger.issues.length > 0) throw new ConfigError({ issues: toldIssues(ledger.issues), source });
  const { changes, origins } = ledger;
  return {
    config: { models },
    changes: [...changes, ...leftovers(input as Readonly<Record<string, unknown>>, changes)],
    origins,
  };
}

/**
 * Checks an `ov.conf` and fills in all defaults, as {@link parseConfig} does for configurations of ours.
 *
 * @throws ConfigError with everything that is wrong, at its place in the `ov.conf`.
 */
export function parseOpenViking(input: unknown, options: ParseOptions & OpenVikingOptions = {}): Config {
  const normalised = normaliseOpenViking(input, options);
  try {
    return parseConfig(normalised.config, options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError({
      issues: error.issues.map((issue) => inTheOriginal(issue, normalised)),
      source: options.source,
    });
  }
}

function sectionsOf(input: unknown, source: string | undefined) {
  const shape = shapeIssues(input);
  if (shape.length > 0) throw new ConfigError({ issues: shape, source });
  const result = openVikingSchema.safeParse(input, { jitless: true });
  if (!result.success) throw new ConfigError({ issues: toldIssues(inputIssues(result.error, input)), source });
  return result.data;
}

/** Moves an issue to where its value stands in the `ov.conf`, or would stand. */
export function inTheOriginal(issue: InputIssue, { changes, origins }: NormalisedOpenViking): InputIssue {
  const places = [...changes, ...origins].flatMap(({ from, to }) =>
    from === undefined || to === undefined ? [] : [{ from: pathText(from), to: pathText(to) }],
  );
  const nearest = places
    .filter(({ to }) => issue.path === to || issue.path.startsWith(`${to}.`) || issue.path.startsWith(`${to}[`))
    .toSorted((one, other) => other.to.length - one.to.length)[0];
  return nearest === undefined ? issue : { ...issue, path: nearest.from + issue.path.slice(nearest.to.length) };
}
