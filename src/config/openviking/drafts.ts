import type { CredentialConfigInput } from "../options.ts";
import { describe } from "../describe.ts";
import { pathText } from "../path.ts";
import type { Path } from "../path.ts";
import type { Ledger } from "./ledger.ts";
import { impliedBy, isKeyless, ownBase } from "./providers.ts";
import type { NamedProvider } from "./providers.ts";

/** What may stand at a level, under the names that it has there. */
export interface Fields {
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  readonly api_key?: string | undefined;
  readonly api_base?: string | undefined;
  readonly api_version?: string | undefined;
  readonly ak?: string | undefined;
  readonly sk?: string | undefined;
  readonly region?: string | undefined;
  readonly host?: string | undefined;
  readonly extra_headers?: Readonly<Record<string, string>> | undefined;
  readonly extra_request_body?: Readonly<Record<string, unknown>> | undefined;
  readonly forward_api_key?: boolean | undefined;
  readonly stream?: boolean | undefined;
  readonly max_tokens?: number | undefined;
}

/** A place in the `ov.conf` where fields of a credential may stand. */
export interface Level {
  readonly path: Path;
  readonly fields: Fields;
}

/** The level above all credentials. Its key, base and headers are for one provider alone. */
export interface SharedLevel extends Level {
  /** That provider, where the `ov.conf` says it. */
  readonly provider: string | undefined;
}

/** A credential on its way: where it will stand, and where its fields are looked for, nearest first. */
export interface Draft {
  readonly id: string;
  readonly provider: NamedProvider;
  readonly to: Path;
  /** What errors about it point at. */
  readonly origin: Path;
  readonly own: readonly Level[];
}

/** A value and where it was found. */
interface Found<Value> {
  readonly value: Value;
  readonly path: Path;
}

/** Belongs to an endpoint: goes to no credential of another provider. */
const connectionFields = ["api_key", "api_base", "api_version", "ak", "sk", "region", "host", "extra_headers"] as const;

type ConnectionField = (typeof connectionFields)[number];

/** Of these that project gives each credential the shared one, whatever its provider: someone has to say what is meant. */
const mustNotCross: ReadonlySet<ConnectionField> = new Set(["api_key", "api_base", "extra_headers"]);

/** Belongs to the request: what is shared is for all. */
const requestFields = ["extra_request_body", "stream", "max_tokens"] as const;

type CredentialField = ConnectionField | (typeof requestFields)[number];

type SettledFields = Pick<CredentialConfigInput, CredentialField>;

/** What a model is made of: its name at the upstream, where it is one for all, and its credentials. */
export interface Settled {
  readonly model?: string;
  readonly credentials: readonly CredentialConfigInput[];
}

/** Merges each draft with what is shared, once, and writes down where everything went. */
export function settle(drafts: readonly Draft[], shared: SharedLevel, to: Path, ledger: Ledger): Settled {
  refuseEqualIds(drafts, ledger);
  for (const draft of drafts) ledger.derive(draft.to, draft.origin);
  const models = drafts.map((draft) => modelOf(draft, shared));
  const isOne = new Set(models.map((model) => model?.value)).size === 1;
  models.forEach((model, index) => {
    const target = isOne ? [...to, "model"] : [...to, "credentials", index, "model"];
    if (model !== undefined) ledger.move(model.path, target);
  });
  const own = (index: number) => (isOne || models[index] === undefined ? {} : { model: models[index].value });
  const credentials = drafts.map((draft, index) => ({
    id: draft.id,
    provider: draft.provider.name,
    ...own(index),
    ...fieldsOf(draft, drafts, shared, ledger),
  }));
  return { ...(isOne && models[0] !== undefined && { model: models[0].value }), credentials };
}

function fieldsOf(draft: Draft, drafts: readonly Draft[], shared: SharedLevel, ledger: Ledger): SettledFields {
  const fields: Partial<Record<CredentialField, unknown>> = {};
  const take = (field: CredentialField, found: Found<unknown> | undefined): void => {
    if (found === undefined) return;
    if (found.value === "") ledger.drop(found.path, "empty: nothing is sent, and nothing inherited");
    else {
      fields[field] = found.value;
      ledger.move(found.path, [...draft.to, field]);
    }
  };
  const withheld = isWithheld(draft, shared, ledger) ? "api_key" : undefined;
  for (const field of connectionFields) {
    const found = connectionField(field, draft, drafts, shared, ledger);
    if (field !== withheld) take(field, found);
    else if (found !== undefined) ledger.drop(found.path, "forward_api_key keeps it from being sent");
  }
  for (const field of requestFields) take(field, nearest(field, [...draft.own, shared]));
  addImplied(fields, draft, ledger);
  return fields as SettledFields;
}

/** The model's name at the upstream; an empty one is none. */
export function modelOf(draft: Pick<Draft, "own">, shared: Level): Found<string> | undefined {
  return nearest("model", [...draft.own, shared], (model) => model !== "");
}

/** Refuses a credential without a model. */
export function requireModels(drafts: readonly Draft[], shared: Level, ledger: Ledger): void {
  if (modelOf({ own: [] }, shared) !== undefined) return;
  const bare = drafts.filter((draft) => modelOf(draft, shared) === undefined);
  if (bare.length === 0 && drafts.length > 0) return;
  ledger.refuse(
    [...shared.path, "model"],
    describe(shared.fields.model),
    "the model's name, here or in every credential",
  );
}

/** Refuses a key that is missing, unless it was already told that it would have to come from another provider. */
export function requireKeys(
  drafts: readonly Draft[],
  credentials: readonly CredentialConfigInput[],
  ledger: Ledger,
): void {
  drafts.forEach((draft, index) => {
    if (isKeyless(draft.provider) || credentials[index]?.api_key !== undefined) return;
    const { path, value } = nearest("api_key", draft.own) ?? { path: [...draft.origin, "api_key"], value: undefined };
    ledger.refuse(
      path,
      value === undefined ? "nothing" : "an empty key",
      `a key, which ${draft.provider.name} asks for`,
    );
  });
}

/** The value of the nearest level that states one. Null states nothing; `false`, `0`, `""` and `{}` do. */
export function nearest<Field extends keyof Fields>(
  field: Field,
  levels: readonly Level[],
  counts: (value: NonNullable<Fields[Field]>) => boolean = () => true,
): Found<NonNullable<Fields[Field]>> | undefined {
  for (const { fields, path } of levels) {
    const value = fields[field] ?? undefined;
    if (value !== undefined && counts(value)) return { value, path: [...path, field] };
  }
  return undefined;
}

function connectionField(
  field: ConnectionField,
  draft: Draft,
  drafts: readonly Draft[],
  shared: SharedLevel,
  ledger: Ledger,
): Found<unknown> | undefined {
  const own = nearest(field, draft.own);
  if (own !== undefined) return own;
  const above = nearest(field, [shared]);
  if (above === undefined || isEmpty(above.value)) return undefined;
  const owner = shared.provider ?? soleTaker(field, drafts);
  if (owner === draft.provider.name) return above;
  const isOptionalKey = field === "api_key" && isKeyless(draft.provider);
  if (mustNotCross.has(field) && !isOptionalKey) {
    const whose = owner === undefined ? "several providers would get" : `is for ${owner}`;
    const found = `nothing of its own, and ${pathText(above.path)} ${whose}`;
    ledger.refuse(
      [...draft.origin, field],
      found,
      `its own ${field} for ${draft.provider.name}${advice(field, draft)}`,
    );
  }
  return undefined;
}

function advice(field: ConnectionField, { provider }: Draft): string {
  if (field === "extra_headers") return ", {} for none";
  const base = field === "api_base" ? ownBase(provider) : undefined;
  return base === undefined ? "" : `, such as ${base}`;
}

/** Where nobody says whose a shared value is, it can only be meant for the one provider that would get it. */
function soleTaker(field: ConnectionField, drafts: readonly Draft[]): string | undefined {
  const takers = drafts.filter(({ own }) => nearest(field, own) === undefined).map(({ provider }) => provider.name);
  return new Set(takers).size === 1 ? takers[0] : undefined;
}

/** `forward_api_key: false` keeps LiteLLM from sending the key; other providers do not know it. */
function isWithheld(draft: Draft, shared: Level, ledger: Ledger): boolean {
  const forward = nearest("forward_api_key", [...draft.own, shared]);
  if (forward === undefined) return false;
  const isLitellm = draft.provider.name === "litellm";
  ledger.drop(forward.path, isLitellm ? "a key that is withheld is left out" : "only LiteLLM knows it; keys are sent");
  return isLitellm && !forward.value;
}

function addImplied(fields: Partial<Record<CredentialField, unknown>>, draft: Draft, ledger: Ledger): void {
  const implied = impliedBy(draft.provider);
  if (implied === undefined || fields[implied.field] !== undefined) return;
  fields[implied.field] = implied.value;
  ledger.add([...draft.to, implied.field], implied.why);
}

function refuseEqualIds(drafts: readonly Draft[], ledger: Ledger): void {
  const ids = drafts.map(({ id }) => id);
  drafts.forEach(({ id, origin }, index) => {
    const first = drafts[ids.indexOf(id)];
    if (first === undefined || ids.indexOf(id) === index) return;
    ledger.refuse([...origin, "id"], `${describe(id)}, which ${pathText(first.origin)} has too`, "an id of its own");
  });
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
