import { createRequire } from "node:module";
import type { Redis } from "ioredis";
import { ConfigError } from "../../errors.ts";

/** The part of the `ioredis` package that is used here. */
export interface Ioredis {
  readonly Redis: typeof Redis;
}

/**
 * Loads `ioredis`, which only those install who share a state.
 *
 * @throws ConfigError with the command that installs it.
 */
export function loadIoredis(load: (name: string) => unknown = createRequire(import.meta.url)): Ioredis {
  try {
    return load("ioredis") as Ioredis;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ConfigError({
      source: "The configuration",
      issues: [
        {
          path: "state.kind",
          found: '"redis" without the package ioredis',
          wanted: "the package, which `npm install ioredis@6` brings, or another kind of state",
        },
      ],
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
}
