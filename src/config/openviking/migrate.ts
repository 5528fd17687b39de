import { Document, isMap, isPair, isScalar } from "yaml";
import { ConfigError } from "../../errors.ts";
import type { KeyswitchConfig } from "../options.ts";
import { pathText } from "../path.ts";
import type { Path } from "../path.ts";
import { keysInBodies, withReferences } from "./key-references.ts";
import type { Change } from "./ledger.ts";
import { inTheOriginal, normaliseOpenViking, parseOpenViking } from "./normalise.ts";
import type { NormalisedOpenViking, OpenVikingOptions } from "./normalise.ts";

/** A variable to set before the new configuration can be used, and the places in the `ov.conf` whose text it holds. */
export interface MigratedKey {
  readonly variable: string;
  readonly from: readonly Path[];
}

/** An `ov.conf` as a file of ours. No key is in it: references stand where they were written out. */
export interface Migration {
  readonly yaml: string;
  readonly config: KeyswitchConfig;
  readonly keys: readonly MigratedKey[];
  readonly changes: readonly Change[];
}

/** Stands for whatever a variable holds while the rest is checked: a key, a header and a base accept it. */
const anyValue = "https://value.invalid";

/**
 * Writes the configuration that an `ov.conf` amounts to, with a comment wherever it is not simply what it was.
 *
 * @throws ConfigError with everything that is wrong, as when the `ov.conf` is loaded; the environment is not looked at.
 */
export function migrateOpenViking(input: unknown, options: OpenVikingOptions = {}): Migration {
  const normalised = normaliseOpenViking(input, options);
  parseOpenViking(input, { ...options, env: variablesIn(normalised.config) });
  refuseKeysInBodies(normalised, options.source);
  const { config, variables } = withReferences(normalised.config);
  const { changes } = normalised;
  const keys = variables.map(({ name, at }) => ({ variable: name, from: at.flatMap((to) => originsOf(to, changes)) }));
  return { yaml: yamlOf(config, keys, changes), config, keys, changes };
}

function variablesIn(config: KeyswitchConfig): Readonly<Record<string, string>> {
  const names = [...JSON.stringify(config).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return Object.fromEntries(names.map((name) => [name, anyValue]));
}

function refuseKeysInBodies(normalised: NormalisedOpenViking, source: string | undefined): void {
  const wanted = "it in extra_headers, where it can be a reference";
  const issues = keysInBodies(normalised.config).map((path) =>
    inTheOriginal({ path, found: "what may be a key", wanted }, normalised),
  );
  if (issues.length > 0) throw new ConfigError({ issues, source });
}

/** Where a text came from; a header's name is a segment more than the change that moved it. */
function originsOf(to: Path, changes: readonly Change[]): readonly Path[] {
  const [, , , , field, header] = to;
  const member = field === "header" ? "extra_headers" : field;
  const target = JSON.stringify([...to.slice(0, 4), member]);
  return changes.flatMap((change) =>
    change.from !== undefined && JSON.stringify(change.to) === target
      ? [header === undefined ? change.from : [...change.from, header]]
      : [],
  );
}

function yamlOf(config: KeyswitchConfig, keys: readonly MigratedKey[], changes: readonly Change[]): string {
  const document = new Document(config);
  document.commentBefore = headOf(keys, changes)
    .map((line) => (line === "" ? "" : ` ${line}`))
    .join("\n");
  for (const { to, why } of changes) if (to !== undefined && why !== undefined) comment(document, to, why);
  return document.toString({ lineWidth: 0 });
}

function headOf(keys: readonly MigratedKey[], changes: readonly Change[]): readonly string[] {
  const dropped = changes.filter(({ to }) => to === undefined);
  return [
    "Made from an OpenViking ov.conf by `keyswitch migrate`.",
    ...section(
      "To set in the environment; the keys themselves are not written here:",
      keys.map(({ variable, from }) => `${variable}: ${from.map(pathText).join(", ")}`),
    ),
    ...section(
      "Left out:",
      dropped.map(({ from = [], why = "" }) => `${pathText(from)}: ${why}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...new Set(lines.map((line) => `  ${line}`))];
}

function comment(document: Document, to: Path, why: string): void {
  const parent = document.getIn(to.slice(0, -1), true);
  if (!isMap(parent)) return;
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === to.at(-1));
  if (isScalar(pair?.value)) pair.value.comment = [pair.value.comment, ` ${why}`].filter(Boolean).join(";");
}
