/** A wire dialect that callers speak over HTTP. */
export type Api = "openai" | "anthropic" | "gemini";

/** How a key travels. */
export type Auth =
  | {
      /** Name of the request header, in lower case. */
      readonly header: string;
      /** What stands before the key, as in `Bearer sk-…`. */
      readonly scheme?: string;
    }
  /** No key is sent, whatever the configuration says. */
  | "none";

/** What goes between the bases of one form and a route, where a provider's URLs are not just both in a row. */
export interface UrlLayout {
  /** Which bases have this form, by their path. */
  readonly base: RegExp;
  /** By route, the first that matches counts; `{model}` stands for the credential's. A route without a prefix follows its base. */
  readonly prefixes: readonly { readonly route: RegExp; readonly prefix: string }[];
  /** Whether nothing works there without the API's version. */
  readonly needsVersion: boolean;
}

/** Where one dialect of a provider lives and how it is entered. */
export interface Endpoint {
  /** What goes before the dialect's paths, as in its own SDK's base URL. A credential without `api_base` uses it; without it `api_base` is required. */
  readonly apiBase?: string;
  readonly auth: Auth;
  /** Headers that every request must carry unless its caller set them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By form of base, the first that matches counts. @default a route follows its base */
  readonly layouts?: readonly UrlLayout[];
  /** The query parameter that a credential's `api_version` goes into. Without it the version is not sent. */
  readonly versionParameter?: string;
}

/** The wire facts of one provider. */
export interface Provider {
  /** The name that configurations use; its folder's name. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly aliases: readonly string[];
  /** The dialects it speaks; one that it does not list, it cannot be asked in. */
  readonly endpoints: Readonly<Partial<Record<Api, Endpoint>>>;
  /** Whether it answers without a key. */
  readonly keyless?: boolean;
}
