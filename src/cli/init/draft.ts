import type { Api } from "../../providers/provider.ts";

/** A configuration to be written. */
export interface Draft {
  readonly models: readonly DraftModel[];
}

export interface DraftModel {
  /** What callers ask for. */
  readonly name: string;
  readonly kind: "chat" | "embedding";
  readonly api: Api;
  /** The model's name at the upstream. */
  readonly model: string;
  readonly dimension?: number | undefined;
  readonly credentials: readonly DraftCredential[];
}

export interface DraftCredential {
  readonly provider: string;
  /** The model's name there, where it is another. */
  readonly model?: string | undefined;
  /** A URL, or `${NAME}`. */
  readonly apiBase?: string | undefined;
  readonly apiVersion?: string | undefined;
  /** The environment variable that holds its key; undefined: it has none. */
  readonly variable: string | undefined;
}

/** A draft as a file with comments that teach. It names the variables of keys, never a key. */
export function draftText({ models }: Draft): string {
  return [
    "# What keyswitch serves. `keyswitch check` shows every option with its default;",
    "# `keyswitch check --live` asks each credential once.",
    "# Keys stay in the environment: ${NAME} is replaced when this file is read.",
    "",
    "models:",
    ...models.flatMap((model, index) => modelLines(model, index === 0)),
    "gateway:",
    "  host: 127.0.0.1 # another address wants keys, so that not everyone can call",
    "  port: 8787",
    "  # keys: # who may call",
    '  #   - { id: app, key: "${APP_KEY}", rate: 600/m }',
    '  # admin_key: "${KEYSWITCH_ADMIN_KEY}" # opens /admin and `keyswitch status` from elsewhere',
    "",
  ].join("\n");
}

function modelLines({ name, kind, api, model, dimension, credentials }: DraftModel, isFirst: boolean): string[] {
  const saying = (comment: string): string => (isFirst ? ` # ${comment}` : "");
  const [first] = credentials;
  return [
    `  ${plain(name)}:${saying("the name that callers ask for")}`,
    ...(kind === "chat" ? [] : [`    kind: ${kind}`]),
    `    api: ${api}${saying("the dialect that they speak; nothing is translated")}`,
    `    model: ${plain(model)}${saying("its name at the upstream")}`,
    ...(dimension === undefined ? [] : [`    dimension: ${dimension}${saying("the length of its vectors")}`]),
    `    credentials:${saying("tried in this order; all must reach the same model")}`,
    ...credentials.flatMap((credential, index) => credentialLines(credential, idOf(credentials, index))),
    ...(isFirst && credentials.length === 1 && first !== undefined ? spareLines(first) : []),
    ...(isFirst ? failbackLines : []),
    "",
  ];
}

const failbackLines = [
  "    # failback: # when a better credential is tried again",
  "    #   timeout: 10m # after it failed, or when the provider said so",
  "    #   requests: 50 # or after so many answers of the one that serves",
];

function credentialLines({ provider, model, apiBase, apiVersion, variable }: DraftCredential, id: string): string[] {
  return [
    `      - id: ${id}`,
    `        provider: ${provider}`,
    ...(model === undefined ? [] : [`        model: ${plain(model)}`]),
    ...(apiBase === undefined ? [] : [`        api_base: ${plain(apiBase)}`]),
    ...(apiVersion === undefined ? [] : [`        api_version: ${plain(apiVersion)}`]),
    ...(variable === undefined ? [] : [`        api_key: "\${${variable}}"`]),
  ];
}

/** With one credential there is nothing to switch to. */
function spareLines({ provider, variable = "API_KEY" }: DraftCredential): string[] {
  return [
    "      # What answers when that one fails: another key or account, or another provider of the same model.",
    "      # - id: spare",
    `      #   provider: ${provider}`,
    `      #   api_key: "\${${variable}_2}"`,
  ];
}

/** The provider's name, with a number from its second credential on. */
function idOf(credentials: readonly DraftCredential[], index: number): string {
  const { provider = "" } = credentials[index] ?? {};
  const before = credentials.slice(0, index).filter((each) => each.provider === provider).length;
  return before === 0 ? provider : `${provider}-${before + 1}`;
}

/** A text as YAML takes it for one. */
function plain(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
