import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { KeyCommand, KeyReference } from "../keys/key-reference.ts";
import { readKeyFile } from "../keys/read-key-file.ts";
import { Secret } from "../secret.ts";
import { describe, hidden, hiddenText, mayBeSecret } from "./describe.ts";
import { leaf } from "./leaf.ts";
import type { Leaf, Refuse } from "./leaf.ts";
import type { KeyInput, SecretInput } from "./options.ts";
import { canonicalDuration, wantedDuration } from "./scalars.ts";

/** What the references of a configuration refer to. */
export interface Surroundings {
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory that relative paths start from. */
  readonly baseDir: string;
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const wantedSecret = 'a text, "${NAME}", { env: NAME } or { file: PATH }';
const wantedKey = `${wantedSecret.replace(" or", ",")} or { command: [PROGRAM, …], ttl: 45m }`;

/** A key that is read once, as text or as a reference. */
export function secret(surroundings: Surroundings): Leaf<SecretInput, Secret> {
  return leaf((value, refuse) => {
    const [kind, operand] = referenceOf(value);
    if (kind === "file") return fileKey(operand, surroundings, refuse).key;
    return readSecret(value, surroundings, wantedSecret, refuse);
  });
}

/**
 * A key that may change. A file is read, so that its absence is told at once, but stays a reference; a command is not
 * run. `""` is a key that is empty.
 */
export function key(surroundings: Surroundings): Leaf<KeyInput, KeyReference> {
  return leaf((value, refuse) => {
    if (value === "") return Secret.empty;
    const [kind, operand] = referenceOf(value);
    if (kind === "file") return { file: fileKey(operand, surroundings, refuse).path };
    if (typeof value === "object" && value !== null && "command" in value) return command(value, surroundings, refuse);
    return readSecret(value, surroundings, wantedKey, refuse);
  });
}

function readSecret(value: unknown, surroundings: Surroundings, wanted: string, refuse: Refuse): Secret {
  if (Secret.is(value)) return value;
  const key = seal(secretText(value, surroundings, wanted, refuse), refuse);
  return key.isEmpty ? refuse("a key that is not empty", describeReference(value)) : key;
}

/** The kind and the operand of a reference that is an object of one member. */
function referenceOf(value: unknown): readonly [kind?: string, operand?: unknown] {
  if (typeof value !== "object" || value === null || Secret.is(value)) return [];
  const [reference, ...others] = Object.entries(value);
  return reference === undefined || others.length > 0 ? [] : reference;
}

/** A header's value, which may be a key. */
export function headerValue(surroundings: Surroundings): Leaf<string | Secret, Secret> {
  return leaf((value, refuse) => {
    if (Secret.is(value)) return value;
    if (typeof value !== "string") return refuse("a text");
    return seal(interpolate(value, surroundings, refuse), refuse);
  });
}

/** The path of a file that need not be there yet. */
export function filePath({ baseDir }: Surroundings): Leaf<string, string> {
  return leaf((value, refuse) =>
    typeof value === "string" && /^\P{Cc}{1,4096}$/u.test(value) && value.trim() !== ""
      ? resolve(baseDir, value)
      : refuse("the path of a file"),
  );
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

/** Where a Redis is, and what its URL says of who asks. */
export interface RedisAddress {
  /** Without user and password. */
  readonly address: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

/** The URL of a Redis, as managed services hand it out: often with a password in it. */
export function redisUrl(surroundings: Surroundings): Leaf<string, RedisAddress> {
  return leaf((value, refuse) => {
    if (typeof value !== "string") return refuse(wantedRedisUrl);
    const found = interpolate(value, surroundings, refuse);
    const url = URL.canParse(found) ? new URL(found) : undefined;
    const isRedis = url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== "" && !/[?#]/.test(found);
    if (!isRedis || !/^\/?\d{0,3}$/.test(url.pathname)) return refuse(wantedRedisUrl, hiddenText(found));
    const username = url.username === "" ? undefined : decodeURIComponent(url.username);
    const password = url.password === "" ? undefined : seal(decodeURIComponent(url.password), refuse);
    url.username = "";
    url.password = "";
    return { address: url.href, username, password };
  });
}

const wantedRedisUrl = 'a URL such as "redis://host:6379" or "rediss://host:6379/0"';
const wantedUrl = "an http or https URL without query and fragment";

function secretText(value: unknown, surroundings: Surroundings, wanted: string, refuse: Refuse): string {
  if (typeof value === "string") return literalKey(value, surroundings, refuse);
  const [kind, operand] = referenceOf(value);
  return kind === "env" && typeof operand === "string" ? variable(operand, surroundings, refuse) : refuse(wanted);
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

function fileKey(operand: unknown, { baseDir }: Surroundings, refuse: Refuse): { path: string; key: Secret } {
  if (typeof operand !== "string") return refuse("the path of a file that holds a key", hidden(operand));
  const path = resolve(baseDir, operand);
  const key = readKeyFile(path);
  return Secret.is(key)
    ? { path, key }
    : refuse("a file that holds a key", `${shownPath(operand)}, which ${key.fault}`);
}

function command(value: object, { baseDir }: Surroundings, refuse: Refuse): KeyCommand {
  const { command: argv, ttl, ...others }: { command?: unknown; ttl?: unknown } = value;
  if (Object.keys(others).length > 0) return refuse("{ command, ttl } and nothing else", "further members");
  if (!isArgv(argv)) {
    return refuse(
      "a program and its arguments, as a list of texts: no shell takes a command line apart",
      "another command",
    );
  }
  const canonicalTtl = canonicalDuration(ttl, false);
  if (canonicalTtl === undefined) return refuse(`ttl: ${wantedDuration(false)}`, `a ttl that is ${describe(ttl)}`);
  const [program, ...args] = argv;
  const hasPath = /[/\\]/.test(program);
  return {
    command: [
      hasPath ? resolve(baseDir, program) : program,
      ...args.map((arg) => (Secret.is(arg) ? arg : Secret.verbatim(arg))),
    ],
    ttl: canonicalTtl,
  };
}

/** A NUL would end an argument, so that none can hold one. */
function isArgv(value: unknown): value is readonly [program: string, ...args: (string | Secret)[]] {
  if (!Array.isArray(value)) return false;
  const [program, ...args] = value as readonly unknown[];
  const isArgument = (arg: unknown): boolean => Secret.is(arg) || (typeof arg === "string" && !arg.includes("\0"));
  return typeof program === "string" && program.trim() !== "" && isArgument(program) && args.every(isArgument);
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
  const [kind, operand] = referenceOf(value);
  if (kind === "env") return `the environment variable ${shownName(String(operand))}, which is empty`;
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
