import type * as z from "zod";
import { ConfigError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { shapeIssues } from "./input-shape.ts";
import { inputIssues, toldIssues } from "./issues.ts";
import { configSchema, modelSchema } from "./schema.ts";

/** A configuration in which nothing is left open: defaults filled in, references resolved, keys wrapped; frozen. */
export type Config = z.output<ReturnType<typeof configSchema>>;

/** One model of a {@link Config}. */
export type ModelConfig = z.output<ReturnType<typeof modelSchema>>;

/** Where the references of a configuration lead. */
export interface ParseOptions {
  /**
   * Environment variables, for `${NAME}` and `{ env: NAME }`.
   * @default process.env
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * The directory that the path of `{ file: PATH }` starts from.
   * @default process.cwd()
   */
  readonly baseDir?: string;
  /** What errors call the configuration, such as its path. */
  readonly source?: string;
}

/**
 * Checks a configuration and fills in its defaults. What it returns may be given to it again and comes out equal.
 *
 * @throws ConfigError with everything that is wrong.
 */
export function parseConfig(input: unknown, options: ParseOptions = {}): Config {
  return parse(configSchema({ ...surroundings(options), plainCredentials: false }), input, options.source);
}

/**
 * Checks the configuration of one model, as {@link parseConfig} does for all.
 *
 * @param options - `plainCredentials`: a credential may be just its id, and `api` is `any` unless it is given, as in
 * simulations.
 * @throws ConfigError with everything that is wrong.
 */
export function parseModelConfig(
  input: unknown,
  options: ParseOptions & { readonly plainCredentials?: boolean } = {},
): ModelConfig {
  const { plainCredentials = false } = options;
  return parse(
    modelSchema({ ...surroundings(options), plainCredentials }),
    input,
    options.source ?? "The model's configuration",
  );
}

/** The configuration for people's eyes: plain data, with `[redacted]` for every key and header. */
export function redactedConfig(config: Config): unknown {
  return JSON.parse(JSON.stringify(config));
}

function surroundings({ env = process.env, baseDir = process.cwd() }: ParseOptions) {
  return { env, baseDir };
}

function parse<Output>(schema: z.ZodType<Output>, input: unknown, source: string | undefined): Output {
  const shape = shapeIssues(input);
  if (shape.some((issue) => issue.path === "")) throw new ConfigError({ issues: shape, source });
  const result = schema.safeParse(input, { jitless: true });
  const issues = toldIssues([...shape, ...(result.success ? [] : inputIssues(result.error, input))]);
  if (!result.success || issues.length > 0) throw new ConfigError({ issues, source });
  return deepFreeze(result.data);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Secret.is(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
