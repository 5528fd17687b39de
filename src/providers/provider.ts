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

/** Where one dialect of a provider lives and how it is entered. */
export interface Endpoint {
  /** What goes before the dialect's paths, as in its own SDK's base URL. A credential without `api_base` uses it; without it `api_base` is required. */
  readonly apiBase?: string;
  readonly auth: Auth;
  /** Headers that every request must carry unless its caller set them. */
  readonly headers?: Readonly<Record<string, string>>;
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
