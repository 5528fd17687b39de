import type { ModelConfigInput } from "../options.ts";
import type { Path } from "../path.ts";
import { nearest, requireKeys, requireModels, settle } from "./drafts.ts";
import type { Draft, Level, SharedLevel } from "./drafts.ts";
import type { Ledger } from "./ledger.ts";
import { canonicalName, commonApi, isKeyless, lookUp, plainName } from "./providers.ts";
import type { NamedProvider } from "./providers.ts";
import { failbackOf, retryOf } from "./policies.ts";
import type { Vlm, VlmBackup } from "./shape.ts";

const to: Path = ["models", "vlm"];

/** How long that project waits for an answer unless told otherwise; vision on large inputs is slow. */
const defaultTimeoutSeconds = 600;

/** What that project takes for the provider when an `ov.conf` names none. */
const assumedProvider = "openai";

/**
 * The chat model of an `ov.conf`: its credentials are those it lists, or the primary and the backup, or the one at its
 * top level. Undefined: it has none.
 */
export function vlmModel(vlm: Vlm, path: Path, ledger: Ledger): ModelConfigInput | undefined {
  if (!isConfigured(vlm)) return undefined;
  checkEntries(vlm, path, ledger);
  if (vlm.backup !== undefined) checkEntries(vlm.backup, [...path, "backup"], ledger);
  const drafts = draftsOf(vlm, path, ledger);
  ledger.derive(to, path);
  const shared: SharedLevel = { path, fields: vlm, provider: ownerOf(vlm, drafts) };
  requireModels(drafts, shared, ledger);
  const settled = settle(drafts, shared, to, ledger);
  requireKeys(drafts, settled.credentials, ledger);
  return {
    kind: "chat",
    api: apiOf(drafts, ledger),
    ...settled,
    ...timeoutOf(vlm, path, ledger),
    ...retryOf(vlm, path, to, ledger),
    ...failbackOf(vlm, path, to, ledger),
  };
}

function isConfigured(level: Vlm | VlmBackup): boolean {
  const names = [level.api_key, level.model, level.api_base, level.provider ?? level.backend, level.default_provider];
  return (
    names.some((name) => name !== undefined && name !== "") ||
    Object.keys(level.providers ?? {}).length > 0 ||
    (level.credentials ?? []).length > 0
  );
}

function draftsOf(vlm: Vlm, path: Path, ledger: Ledger): readonly Draft[] {
  const backup = vlm.backup !== undefined && isConfigured(vlm.backup) ? vlm.backup : undefined;
  const listed = vlm.credentials ?? [];
  if (listed.length > 0) {
    if (backup !== undefined) {
      const found = "a backup beside credentials, which OpenViking passes over in silence";
      ledger.refuse([...path, "backup"], found, "one more entry at the end of vlm.credentials, or no backup");
    }
    return listedDrafts(vlm, path, ledger);
  }
  if (backup === undefined) return legacyDraft("default", 0, vlm, path, path, ledger);
  return [...legacyDraft("legacy-primary", 0, vlm, path, path, ledger), ...backupDraft(backup, vlm, path, ledger)];
}

function listedDrafts(vlm: Vlm, path: Path, ledger: Ledger): readonly Draft[] {
  const above = chosenProvider(vlm);
  return (vlm.credentials ?? []).flatMap((credential, index) => {
    const origin = [...path, "credentials", index];
    const written = plainName(credential.provider) ?? above;
    const provider = chatProvider(written, credential.provider === undefined ? path : origin, ledger);
    if (provider === undefined) return [];
    const own: Level = { path: origin, fields: credential };
    const position = [...to, "credentials", index];
    noteProvider(provider, written, [...origin, "provider"], position, ledger);
    if (isStated(credential.id)) ledger.move([...origin, "id"], [...position, "id"]);
    const id = isStated(credential.id) ? credential.id : `credential-${index}`;
    return [{ id, provider, to: position, origin, own: [own, ...entryLevels(vlm, path, provider)] }];
  });
}

/** The credential that a level amounts to by itself, without a list. */
function legacyDraft(
  id: string,
  index: number,
  level: Vlm | VlmBackup,
  path: Path,
  origin: Path,
  ledger: Ledger,
): readonly Draft[] {
  const written = chosenProvider(level);
  const provider = chatProvider(written, path, ledger);
  if (provider === undefined) return [];
  const position = [...to, "credentials", index];
  noteProvider(provider, written, [...path, "provider"], position, ledger);
  ledger.add([...position, "id"], "the name that OpenViking's own reports use");
  return [{ id, provider, to: position, origin, own: entryLevels(level, path, provider) }];
}

/** The backup is a second credential of the same model, with all that it states itself. */
function backupDraft(backup: VlmBackup, vlm: Vlm, vlmPath: Path, ledger: Ledger): readonly Draft[] {
  const path = [...vlmPath, "backup"];
  refuseDeepBackup(backup, path, ledger);
  const [credential] = backup.credentials ?? [];
  const credentialPath = [...path, "credentials", 0];
  const provider = plainName(credential?.provider) ?? backup.provider;
  // A level of that project states a stream even where it only leaves it at its default.
  const stream = backup.stream ?? (vlm.stream === undefined ? undefined : false);
  const levels = [
    ...(credential === undefined ? [] : [{ path: credentialPath, fields: credential }]),
    { path, fields: { ...backup, stream } },
  ];
  if (isStated(credential?.id)) ledger.drop([...credentialPath, "id"], "a backup is called legacy-backup");
  return legacyDraft("legacy-backup", 1, { ...backup, provider }, path, path, ledger).map((draft) => {
    const complete = { ...draft, own: [...levels.slice(0, -1), ...draft.own, ...levels.slice(-1)] };
    requireOwn(complete, ledger);
    return complete;
  });
}

function refuseDeepBackup(backup: VlmBackup, path: Path, ledger: Ledger): void {
  const wanted = "all of them in vlm.credentials, best first";
  if (backup.backup !== undefined) ledger.refuse([...path, "backup"], "a backup of the backup", wanted);
  const count = backup.credentials?.length ?? 0;
  if (count > 1) {
    ledger.refuse([...path, "credentials"], `${count} credentials, of which OpenViking uses the first alone`, wanted);
  }
}

/** A backup's model and key are its own: another model's key, or another key's model, is no backup. */
function requireOwn({ origin, own, provider }: Draft, ledger: Ledger): void {
  if (nearest("model", own, (model) => model !== "") === undefined) {
    ledger.refuse([...origin, "model"], "nothing", "the backup's own model");
  }
  if (nearest("api_key", own) === undefined && !isKeyless(provider)) {
    ledger.refuse([...origin, "api_key"], "nothing", `the backup's own key, which ${provider.name} asks for`);
  }
}

/** The entry of `providers` for a provider: its key goes to its own base, with its own headers. */
function entryLevels(level: Vlm | VlmBackup, path: Path, { written }: NamedProvider): readonly Level[] {
  return Object.entries(level.providers ?? {})
    .filter(([name]) => plainName(name) === written)
    .map(([name, { api_key, api_base, api_version, extra_headers, extra_request_body, stream, forward_api_key }]) => ({
      path: [...path, "providers", name],
      fields: { api_key, api_base, api_version, extra_headers, extra_request_body, stream, forward_api_key },
    }));
}

/** The provider that a level speaks of: the one it names, else the only one it has, else the first that has a key. */
function chosenProvider(level: Vlm | VlmBackup): string | undefined {
  const named = plainName(level.provider) ?? plainName(level.backend) ?? plainName(level.default_provider);
  if (named !== undefined) return named;
  const entries = Object.entries(level.providers ?? {});
  const [only] = entries.length === 1 ? entries : entries.filter(([name, entry]) => isUsable(name, entry.api_key));
  return plainName(only?.[0]);
}

function isUsable(name: string, key: string | undefined): boolean {
  return isStated(key) || plainName(name) === "litellm";
}

/** Whose the key, base and headers of the top level are. */
function ownerOf(vlm: Vlm, drafts: readonly Draft[]): string | undefined {
  const isListed = (vlm.credentials ?? []).length > 0;
  const named = plainName(vlm.provider) ?? plainName(vlm.backend) ?? plainName(vlm.default_provider);
  if (named === undefined) return isListed ? undefined : drafts[0]?.provider.name;
  return canonicalName(named);
}

function chatProvider(written: string | undefined, path: Path, ledger: Ledger): NamedProvider | undefined {
  const wanted =
    "a provider of docs/providers.md, or openai with the api_base of a server that speaks its dialect (other names OpenViking hands to LiteLLM, inside itself)";
  return lookUp(written ?? assumedProvider, [...path, "provider"], ledger, () => true, wanted);
}

function noteProvider(
  { name, written }: NamedProvider,
  chosen: string | undefined,
  from: Path,
  position: Path,
  ledger: Ledger,
): void {
  const target = [...position, "provider"];
  if (chosen === undefined) ledger.add(target, `no provider is named; OpenViking then takes ${assumedProvider}`);
  else if (name === written) ledger.move(from, target);
  else ledger.move(from, target, `${written} is called ${name} here`);
  if (name === "litellm") {
    ledger.add(target, "OpenViking runs LiteLLM inside itself; here its proxy is asked, at api_base or localhost:4000");
  }
}

/** Refuses entries of nobody, and two of one provider. */
function checkEntries(level: Vlm | VlmBackup, path: Path, ledger: Ledger): void {
  const names = Object.keys(level.providers ?? {});
  names.forEach((name, index) => {
    const entry = [...path, "providers", name];
    if (name.trim() === "") ledger.refuse(entry, "a blank name", "a provider's name");
    if (names.findIndex((other) => plainName(other) === plainName(name)) < index) {
      ledger.refuse(entry, "a provider that is there twice", "one entry a provider, in whatever case its name is");
    }
  });
}

function apiOf(drafts: readonly Draft[], ledger: Ledger) {
  const names = drafts.map(({ provider }) => provider.name);
  const api = commonApi(names, ["openai", "anthropic", "gemini"]);
  const why =
    api === "any"
      ? "these providers share no dialect that is spoken here: the model serves functions, not the gateway"
      : "the dialect that all its providers speak";
  ledger.add([...to, "api"], why);
  return api;
}

function timeoutOf(vlm: Vlm, path: Path, ledger: Ledger) {
  if (vlm.timeout === undefined) {
    ledger.add([...to, "timeout"], "OpenViking waits that long unless told otherwise");
    return { timeout: defaultTimeoutSeconds };
  }
  ledger.move([...path, "timeout"], [...to, "timeout"]);
  return { timeout: vlm.timeout };
}

function isStated(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
