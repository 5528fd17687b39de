import type { Auth } from "./provider.ts";

/** Shapes of requests and answers, each named for whom it comes from. */
export type EmbeddingDialectName =
  | "openai"
  | "jina-multimodal"
  | "voyage-multimodal"
  | "cohere"
  | "gemini"
  | "dashscope-text"
  | "dashscope-multimodal"
  | "minimax"
  | "vikingdb"
  | "volcengine-multimodal";

/** Members that are put into a request's body. */
export type Members = Readonly<Record<string, unknown>>;

/** How vectors are asked for packed, and as numbers. */
export interface Encodings {
  readonly base64: Members;
  readonly float: Members;
}

/** As OpenAI's dialect has it. */
export const encodingFormats: Encodings = {
  base64: { encoding_format: "base64" },
  float: { encoding_format: "float" },
};

/** A key pair that signs each request, as Volcengine has it. */
export interface SignedAuth {
  readonly signedFor: {
    readonly service: string;
    /** Where the credential names none. */
    readonly region: string;
  };
}

/** Which images, or videos, a route takes. */
export interface MediaFacts {
  /** Those that lie somewhere else, behind an `https:` address. */
  readonly remote: boolean;
  /** Those that travel in the request, as a `data:` address. */
  readonly inline: boolean;
  /** The models that take them. @default all of the route's */
  readonly models?: RegExp;
  /** What is made of them. @default all that the route makes */
  readonly vectors?: readonly VectorsName[];
}

/** How several parts make one vector together. */
export interface FusionFacts {
  /** The models that do it. @default all of the route's */
  readonly models?: RegExp;
  /** Those that take one part of each kind, no more. @default none */
  readonly onePerKind?: RegExp;
  /** Whether an input with several parts of one kind has to be alone in its request. */
  readonly repeatsAlone?: boolean;
}

/** What vectors a model is configured to make. */
export type VectorsName = "dense" | "sparse" | "hybrid";

/** One way to ask for embeddings. */
export interface EmbeddingRoute {
  readonly dialect: EmbeddingDialectName;
  /**
   * What follows the base; `{model}` stands for the credential's.
   * @default `/embeddings` of the provider's endpoint for OpenAI's dialect
   */
  readonly path?: string;
  /** What goes before `path` where the credential has no `api_base`; `{region}` stands for the credential's. */
  readonly apiBase?: string;
  /** The end of the bases of the provider's other dialects, which `path` takes the place of. */
  readonly otherBases?: RegExp;
  /** Parameters of the query, each with the header that the credential's `extra_headers` have it in. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** How the key travels. @default as to the provider's endpoint for OpenAI's dialect, else `Authorization: Bearer` */
  readonly auth?: Auth | SignedAuth;
  /** The most that one request may hold. A limit in tokens holds for bytes of UTF-8 too, of which no token has less than one. */
  readonly most?: {
    readonly inputs?: number;
    readonly tokens?: number;
    /** Whether its images and videos are either all addresses, or all travel along. */
    readonly oneForm?: boolean;
  };
  /** How vectors are asked for packed and plain. @default nothing is said of it */
  readonly encoding?: Encodings & {
    /** Which it is unless the configuration says so. @default nothing is said of it */
    readonly preferred?: "base64" | "float";
  };
  /** The member that takes the vectors' length, and the models that know it. */
  readonly dimension?: { readonly member: string; readonly models: RegExp };
  /** The member that tells queries from documents, with what it says of them unless the configuration names it. */
  readonly purpose?: {
    readonly member: string;
    readonly query?: string;
    readonly document?: string;
    /** Whether it is an instruction, which no single word is: one that is configured is for other providers, and left out. */
    readonly isSentence?: boolean;
  };
  /** @default none are taken */
  readonly images?: MediaFacts;
  /** @default none are taken */
  readonly videos?: MediaFacts;
  /** @default each part is an input of its own */
  readonly fused?: FusionFacts;
  /** What it makes. @default dense vectors alone */
  readonly vectors?: readonly VectorsName[];
}

/** How a provider is asked for embeddings. */
export interface EmbeddingWire {
  readonly text: EmbeddingRoute;
  /** The route of texts where `text` can say neither what they are for, nor that vectors are not dense. @default `text` */
  readonly elaborate?: EmbeddingRoute;
  /** The route of models whose `input` is `multimodal`, and of vectors that are not dense. @default that of texts */
  readonly multimodal?: EmbeddingRoute & {
    /** The models that it knows. @default all */
    readonly models?: RegExp;
  };
}
