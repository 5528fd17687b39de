import { isOpenViking, migrateOpenViking, readConfig } from "../config/index.ts";
import type { Change, Migration } from "../config/index.ts";
import { pathText } from "../config/path.ts";
import { ConfigError, UsageError } from "../errors.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";

/** `keyswitch migrate` */
export const migrate: Command = {
  usage: "OV_CONF [--interchangeable] [--json]",
  paragraphs: [
    "Reads an OpenViking ov.conf and prints the configuration that its vlm and embedding sections amount to, as YAML for keyswitch.yaml. Comments say what is not simply what it was, and why; the ones at the top list what was left out, so that nothing is lost in silence.",
    "No key is printed. Where one is written out, a reference to an environment variable takes its place, and the comments say what to set it to. Nothing is sent anywhere.",
    "What would do harm is refused, with a way out: keys, bases and headers that would go to another provider, backups that are passed over, ids that are there twice, vectors of different models, lengths of vectors that nobody states, and what runs inside OpenViking alone.",
  ],
  options: {
    interchangeable: {
      says: "you state that the credentials of an embedding model, though they name different upstream models, reach one and the same",
    },
    json: {
      says: 'one JSON object: {"config", "keys": [{"variable", "from"}], "changes": [{"from", "to", "why"}]}, or {"issues": […]}',
    },
  },
  mostOperands: 1,
  examples: [
    { says: "a configuration of its own", line: "keyswitch migrate ov.conf > migrated.yaml" },
    { says: "what became of every value", line: "keyswitch migrate ov.conf --json" },
  ],
  exits: { 0: "it is printed", 2: "it cannot be read, is no ov.conf, or something in it is refused" },
  run: runMigrate,
};

async function runMigrate({ operands: [path], has, json, terminal }: Invocation): Promise<ExitCode> {
  if (path === undefined) throw new UsageError({ path: "OV_CONF", found: "nothing", wanted: "the path of an ov.conf" });
  try {
    const migration = migrateOpenViking(await readOpenViking(path), {
      interchangeable: has("interchangeable"),
      source: path,
    });
    await terminal.print(json ? jsonOf(migration) : migration.yaml.trimEnd());
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) await terminal.print(JSON.stringify({ issues: error.issues }));
    else terminal.complain(error.message);
    return 2;
  }
}

async function readOpenViking(path: string): Promise<unknown> {
  const input = await readConfig(path);
  if (isOpenViking(input)) return input;
  const issue = { path: "", found: "no ov.conf", wanted: "an object with vlm or embedding, and without models" };
  throw new ConfigError({ issues: [issue], source: path });
}

function jsonOf({ config, keys, changes }: Migration): string {
  return JSON.stringify({
    config,
    keys: keys.map(({ variable, from }) => ({ variable, from: from.map(pathText) })),
    changes: changes.map(({ from, to, why = null }) => ({ from: placeOf(from), to: placeOf(to), why })),
  });
}

function placeOf(path: Change["from"]): string | null {
  return path === undefined ? null : pathText(path);
}
