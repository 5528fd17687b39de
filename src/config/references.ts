import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { hiddenText, mayBeSecret } from "./describe.ts";
import { leaf } from "./leaf.ts";
import type { Leaf, Refuse } from "./leaf.ts";
import type { SecretInput } from "./options.ts";

/** What the references of a configuration refer to. */
export interface Surroundings {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory that relative paths start from. */
  readonly baseDir: string;
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const largestKeyFileBytes = 64 * 1024;
const wantedKey = 'a text, "${NAME}", { env: NAME } or { file: PATH }';

/** A key, as text or as a reference. `""` is a key that is empty, where `allowEmpty` says so. */
export function secret(surroundings: Surroundings, { allowEmpty = false } = {}): Leaf<SecretInput, Secret> {
  return leaf((value, refuse) => {
    if (Secret.is(value)) return value;
    if (allowEmpty && value === "") return Secret.empty;
    const key = seal(keyText(value, surroundings, refuse), refuse);
    return key.isEmpty ? refuse("a key that is not empty", describeReference(value)) : key;
  });
}

/** A header's value, which may be a key. */
export function headerValue(surroundings: Surroundings): Leaf<string | Secret, Secret> {
  return leaf((value, refuse) => {
    if (Secret.is(value)) return value;
    if (typeof value !== "string") return refuse("a text");
    return seal(interpolate(value, surroundings, refuse), refuse);
  });
}

/** The base of an upstream's URLs, without a slash at its end. */
export function baseUrl(surroundings: Surroundings): Leaf<string, string> {
  return leaf((value, refuse) => {
    if (typeof value !== "string") return refuse(wantedUrl);
    const address = interpolate(value, surroundings, refuse);
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const isBase = url !== undefined && /^https?:$/.test(url.protocol) && !/[?#]/.test(address);
    if (!isBase) return refuse(wantedUrl);
    if (url.username !== "" || url.password !== "") {
      return refuse("a URL without user and password; those belong in api_key or extra_headers", "a URL with them");
    }
    return url.href.replace(/\/+$/, "");
  });
}

const wantedUrl = "an http or https URL without query and fragment";

function keyText(value: unknown, surroundings: Surroundings, refuse: Refuse): string {
  if (typeof value === "string") return literalKey(value, surroundings, refuse);
  const [kind, operand, ...others] = typeof value === "object" && value !== null ? Object.entries(value).flat() : [];
  if (kind === "command") return refuse(`${wantedKey}; { command } is not supported yet`);
  if (typeof operand !== "string" || others.length > 0) return refuse(wantedKey);
  if (kind === "env") return variable(operand, surroundings, refuse);
  if (kind === "file") return fileText(operand, surroundings, refuse);
  return refuse(wantedKey);
}

function literalKey(value: string, surroundings: Surroundings, refuse: Refuse): string {
  const shellStyle = /^\$([A-Z_][A-Z0-9_]*)$/.exec(value);
  if (shellStyle !== null) return refuse(`"\${${shellStyle[1]}}"`, `"${value}", which is not replaced`);
  return interpolate(value, surroundings, refuse);
}

/** Puts the environment's values where `${NAME}` stands. Their values are not looked at for further references. */
function interpolate(value: string, surroundings: Surroundings, refuse: Refuse): string {
  return value.replaceAll(/\$\{([^}]*)(\}?)/g, (_reference, name: string, end: string) =>
    end === "}" ? variable(name, surroundings, refuse) : refuse("a } after ${", hiddenText(value)),
  );
}

function variable(name: string, { env }: Surroundings, refuse: Refuse): string {
  if (!variableName.test(name)) return refuse("the name of an environment variable", hiddenText(name));
  return env[name] ?? refuse("one that is set", `the environment variable ${shownName(name)}, which is not set`);
}

function fileText(path: string, { baseDir }: Surroundings, refuse: Refuse): string {
  const file = readKeyFile(resolve(baseDir, path));
  return typeof file === "string" ? file : refuse("a file that holds a key", `${shownPath(path)}, ${file.fault}`);
}

function readKeyFile(path: string): string | { readonly fault: string } {
  try {
    const { size } = statSync(path);
    if (size > largestKeyFileBytes) return { fault: `which has ${size} bytes` };
    return readFileSync(path, "utf8");
  } catch (error) {
    return { fault: `which cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
}

/** Wraps a key or a header's value; what a header cannot carry is told by position, never shown. */
function seal(key: string, refuse: Refuse): Secret {
  try {
    return Secret.of(key);
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.wanted, error.found);
    throw error;
  }
}

function describeReference(value: unknown): string {
  const [kind, operand] = typeof value === "object" && value !== null ? Object.entries(value).flat() : [];
  if (kind === "env") return `the environment variable ${shownName(String(operand))}, which is empty`;
  if (kind === "file") return `${shownPath(String(operand))}, which is empty`;
  return "an empty text";
}

/** Someone may have put the key itself where its variable's name belongs; those are in capitals, as a rule. */
function shownName(name: string): string {
  return /^[A-Z][A-Z0-9_]*_[A-Z0-9_]*$/.test(name) || !mayBeSecret(name) ? name : `of ${name.length} characters`;
}

function shownPath(path: string): string {
  return /^(?:[.~]{0,2}\/|[A-Za-z]:)|\.\w{1,8}$/.test(path) || !mayBeSecret(path)
    ? path
    : "a file whose name is not shown";
}
