import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { KeyswitchConfig, ModelConfigInput } from "../../src/index.ts";

/** The path of a state file that is not there yet, in a directory that goes with the test. */
export function stateFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-state-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "state");
}

/** A model of functions whose credentials have these ids. */
export function modelOf(...ids: readonly string[]): ModelConfigInput {
  return { api: "any", retry: { max_retries: 0 }, credentials: ids.map((id) => ({ id, api_key: `sk-planted-${id}` })) };
}

/** A configuration of one model, `chat`, whose state is in a file. */
export function configOf(path: string, ...ids: readonly string[]): KeyswitchConfig {
  return { models: { chat: modelOf(...ids) }, state: { kind: "file", path } };
}
