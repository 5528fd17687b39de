import { describe } from "../describe.ts";
import type { CredentialConfigInput, ModelConfigInput } from "../options.ts";
import type { Path } from "../path.ts";
import { modelOf, requireModels, settle } from "./drafts.ts";
import type { Draft, SharedLevel } from "./drafts.ts";
import { checkOptions, optionsOf } from "./embedding-options.ts";
import { knownDimension } from "./known-dimensions.ts";
import type { Ledger } from "./ledger.ts";
import { failbackOf, retryOf } from "./policies.ts";
import { commonApi, lookUp, plainName } from "./providers.ts";
import type { NamedProvider } from "./providers.ts";
import type { Embedding, EmbeddingSection } from "./shape.ts";

/** What the vectors of a model are. */
export type Vectors = "dense" | "sparse" | "hybrid";

/** What the user has to state, since no `ov.conf` can. */
export interface EmbeddingStatements {
  /** Whether credentials with different upstream models make vectors of one space (S42). */
  readonly interchangeable: boolean;
}

/** What that project takes for the provider when a section names none. */
const assumedProvider = "volcengine";

const embeddingProviders = [
  "azure",
  "cohere",
  "dashscope",
  "gemini",
  "jina",
  "litellm",
  "local",
  "minimax",
  "ollama",
  "openai",
  "vikingdb",
  "volcengine",
  "voyage",
];

/** The embedding models of an `ov.conf`, by name: a hybrid one, or a dense one and perhaps a sparse one. */
export function embeddingModels(
  embedding: Embedding,
  path: Path,
  statements: EmbeddingStatements,
  ledger: Ledger,
): Readonly<Record<string, ModelConfigInput>> {
  const sections = usedSections(embedding, path, ledger);
  return Object.fromEntries(
    sections.map(([vectors, section]) => {
      const model = embeddingModel(vectors, section, embedding, [...path, vectors], statements, ledger);
      return [modelName(vectors), model];
    }),
  );
}

function modelName(vectors: Vectors): string {
  return `embedding-${vectors}`;
}

function usedSections(
  embedding: Embedding,
  path: Path,
  ledger: Ledger,
): readonly (readonly [Vectors, EmbeddingSection])[] {
  const { dense, sparse, hybrid } = embedding;
  if (isFilled(hybrid)) {
    for (const vectors of ["dense", "sparse"] as const) {
      if (isFilled(embedding[vectors])) ledger.drop([...path, vectors], "OpenViking uses the hybrid model alone");
    }
    return [["hybrid", hybrid]];
  }
  if (isFilled(sparse) && !isFilled(dense)) {
    ledger.refuse([...path, "sparse"], "a sparse model alone", "a dense model beside it: OpenViking can build neither");
  }
  return [
    ...(isFilled(dense) ? [["dense", dense] as const] : []),
    ...(isFilled(sparse) ? [["sparse", sparse] as const] : []),
  ];
}

function isFilled(section: EmbeddingSection | undefined): section is EmbeddingSection {
  return section !== undefined && Object.values(section).some((value) => value !== undefined);
}

function embeddingModel(
  vectors: Vectors,
  section: EmbeddingSection,
  embedding: Embedding,
  path: Path,
  statements: EmbeddingStatements,
  ledger: Ledger,
): ModelConfigInput {
  const to = ["models", modelName(vectors)];
  const drafts = draftsOf(vectors, section, path, to, ledger);
  ledger.derive(to, path);
  const shared = sharedLevel(section, path);
  requireModels(drafts, shared, ledger);
  const settled = settle(drafts, shared, to, ledger);
  requireAuth(drafts, settled.credentials, ledger);
  checkOptions(drafts, section, path, ledger);
  const isOneSpace = checkSpace(drafts, shared, statements, ledger);
  const versioned = withModelVersion(settled.credentials, section, path, to, ledger);
  const credentials = withKeylessServers(versioned, to, ledger);
  return {
    kind: "embedding",
    ...apiOf(credentials, to, ledger),
    ...(vectors !== "dense" && { vectors }),
    ...settled,
    credentials,
    ...dimensionOf(vectors, section, drafts, shared, path, to, ledger),
    ...(!isOneSpace && { interchangeable: true }),
    ...overrideOf(embedding, to, ledger),
    ...optionsOf(section, drafts, path, to, ledger),
    ...retryOf(embedding, path.slice(0, -1), to, ledger),
    ...failbackOf(section, path, to, ledger),
  };
}

function sharedLevel(section: EmbeddingSection, path: Path): SharedLevel {
  const { extra_body, ...fields } = section;
  return { path, fields: { ...fields, extra_request_body: extra_body }, provider: statedProvider(section) };
}

function draftsOf(vectors: Vectors, section: EmbeddingSection, path: Path, to: Path, ledger: Ledger): readonly Draft[] {
  const listed = section.credentials ?? [];
  const stated = statedProvider(section);
  const known = vectors === "dense" ? embeddingProviders : ["volcengine", "vikingdb"];
  const one = (written: string | undefined, origin: Path, index: number): NamedProvider | undefined => {
    const name = written ?? stated ?? assumedProvider;
    const from = [...(written === undefined ? path : origin), "provider"];
    const wanted = `one of ${known.filter((each) => each !== "local").join(", ")}`;
    const provider = lookUp(name, from, ledger, (each) => known.includes(each), wanted);
    const target = [...to, "credentials", index, "provider"];
    if (written ?? stated) ledger.move(from, target);
    else ledger.add(target, `no provider is named; OpenViking then takes ${assumedProvider}`);
    return provider;
  };
  if (listed.length === 0) {
    const provider = one(undefined, path, 0);
    const position = [...to, "credentials", 0];
    return provider === undefined ? [] : [{ id: "credential-0", provider, to: position, origin: path, own: [] }];
  }
  return listed.flatMap((credential, index) => {
    const origin = [...path, "credentials", index];
    const provider = one(plainName(credential.provider), origin, index);
    if (provider === undefined) return [];
    const hasId = credential.id !== undefined && credential.id !== "";
    const position = [...to, "credentials", index];
    if (hasId) ledger.move([...origin, "id"], [...position, "id"]);
    const id = hasId ? credential.id : `credential-${index}`;
    return [{ id: id ?? "", provider, to: position, origin, own: [{ path: origin, fields: credential }] }];
  });
}

function statedProvider({ provider, backend }: EmbeddingSection): string | undefined {
  return plainName(provider) ?? plainName(backend);
}

const signedWith = ["ak", "sk", "region"] as const;

/** What each provider wants to know who calls. */
function requireAuth(drafts: readonly Draft[], credentials: readonly CredentialConfigInput[], ledger: Ledger): void {
  drafts.forEach(({ provider: { name }, origin }, index) => {
    const { api_key, api_base, ...rest } = credentials[index] ?? {};
    const miss = (field: string, what: string): void => {
      ledger.refuse([...origin, field], "nothing", `${what}, which ${name} asks for`);
    };
    if (name === "vikingdb") {
      for (const field of signedWith) if (rest[field] === undefined) miss(field, `the ${field}`);
    } else if (name === "openai") {
      if (api_key === undefined && api_base === undefined)
        miss("api_key", "a key (or the api_base of a server without)");
    } else if (name === "azure" && api_base === undefined && api_key !== undefined) {
      miss("api_base", "the resource's endpoint");
    } else if (name !== "ollama" && name !== "litellm" && api_key === undefined) miss("api_key", "a key");
  });
}

/**
 * Whether all credentials name one upstream model. Vectors of different models do not compare, however equal their
 * length, so that only the user's word lets them pass (S42).
 */
function checkSpace(
  drafts: readonly Draft[],
  shared: SharedLevel,
  { interchangeable }: EmbeddingStatements,
  ledger: Ledger,
): boolean {
  const models = drafts.map((draft) => modelOf(draft, shared));
  const [first] = models;
  const strangers = models.filter((model) => model !== undefined && model.value !== first?.value);
  for (const model of interchangeable ? [] : strangers) {
    if (model === undefined || first === undefined) continue;
    ledger.refuse(
      model.path,
      `${shownModel(model.value)} beside ${shownModel(first.value)}, whose vectors may be of another space`,
      "one upstream model for all; or, if they are one model under several names, keyswitch migrate --interchangeable",
    );
  }
  return strangers.length === 0;
}

/** A model's name, unless it might be a key in the wrong place: those have longer words. */
function shownModel(name: string): string {
  return /^(?!sk|pk)[a-z]+(?:[-_.:/][a-z0-9.]{1,12})+$/i.test(name) ? JSON.stringify(name) : describe(name);
}

/** The length of the vectors: stated, or told by the models' names; never guessed (S41). */
function dimensionOf(
  vectors: Vectors,
  section: EmbeddingSection,
  drafts: readonly Draft[],
  shared: SharedLevel,
  path: Path,
  to: Path,
  ledger: Ledger,
): { readonly dimension?: number } {
  const { dimension } = section;
  const at = [...path, "dimension"];
  if (dimension !== undefined && dimension > 0) {
    ledger.move(at, [...to, "dimension"]);
    return { dimension };
  }
  const models = drafts.map((draft) => modelOf(draft, shared)?.value);
  // Without a provider or a model, which was told already, there is nothing to know a length of.
  if (vectors === "sparse" || drafts.length === 0 || models.includes(undefined)) return {};
  const known = drafts.map(({ provider }, index) => knownDimension(provider.name, models[index] ?? ""));
  const [first] = known;
  if (first === undefined || known.includes(undefined)) {
    const found = dimension === undefined ? "nothing" : String(dimension);
    ledger.refuse(at, found, "the length of the vectors, which the model's name does not tell; it is never guessed");
    return {};
  }
  const other = known.findIndex((length) => length !== first);
  if (other >= 0) {
    const origin = drafts[other]?.origin ?? path;
    const found = `a model whose vectors have ${known[other]} numbers, beside one of ${first}`;
    ledger.refuse([...origin, "model"], found, "one length for all vectors of a model");
  }
  ledger.add([...to, "dimension"], "the model's name tells it");
  return { dimension: first };
}

/** The version of a VikingDB model is what its upstream's version is to another. */
function withModelVersion(
  credentials: readonly CredentialConfigInput[],
  { version }: EmbeddingSection,
  path: Path,
  to: Path,
  ledger: Ledger,
): readonly CredentialConfigInput[] {
  return credentials.map((credential, index) => {
    const { provider, api_version } = credential;
    if (provider !== "vikingdb" || api_version !== undefined || version === undefined || version === "")
      return credential;
    ledger.move([...path, "version"], [...to, "credentials", index, "api_version"], "the version of a VikingDB model");
    return { ...credential, api_version: version };
  });
}

/** An OpenAI-compatible server that wants no key is called `custom` here. */
function withKeylessServers(
  credentials: readonly CredentialConfigInput[],
  to: Path,
  ledger: Ledger,
): readonly CredentialConfigInput[] {
  return credentials.map((credential, index) => {
    if (credential.provider !== "openai" || credential.api_key !== undefined) return credential;
    ledger.add([...to, "credentials", index, "provider"], "a server of OpenAI's dialect that asks for no key");
    return { ...credential, provider: "custom" };
  });
}

function apiOf(credentials: readonly CredentialConfigInput[], to: Path, ledger: Ledger): Pick<ModelConfigInput, "api"> {
  const names = credentials.flatMap(({ provider }) => (provider === undefined ? [] : [provider]));
  const api = commonApi(names, ["openai"]);
  if (api === "any") ledger.add([...to, "api"], "not all of its providers speak OpenAI's dialect");
  return api === "any" ? { api } : {};
}

function overrideOf(
  { allow_metadata_override }: Embedding,
  to: Path,
  ledger: Ledger,
): Pick<ModelConfigInput, "allow_metadata_override"> {
  if (allow_metadata_override === undefined) return {};
  ledger.move(["embedding", "allow_metadata_override"], [...to, "allow_metadata_override"]);
  return { allow_metadata_override };
}
