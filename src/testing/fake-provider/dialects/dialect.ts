import type { Failure } from "../failures/index.ts";
import type { Question, Reply } from "../reply.ts";

/** How one family of providers answers: its endpoints, and its words for what goes wrong. */
export interface Dialect {
  readonly endpoints: readonly Endpoint[];
  /** The header that carries the request's id. */
  readonly requestIdHeader: string;
  readonly invalidKey: Failure;
  readonly unparsableBody: Failure;
  readonly notFound: (request: { readonly method: string; readonly path: string }) => Failure;
}

/** One endpoint. The path is matched by its end, since compatible providers differ in what stands before. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly answer: (question: Question) => Reply;
}
