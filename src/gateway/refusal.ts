import type { OwnError } from "../transport/error-shape.ts";

/** Why a request is not let through: an answer of our own, thrown by whoever finds out, written by the server. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: OwnError;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(answer: OwnError, headers: Readonly<Record<string, string>> = {}) {
    super(answer.message);
    this.answer = answer;
    this.headers = headers;
  }
}

/** What has no place here is told apart from what is wrong with a request. */
export function notFound(message: string): Refusal {
  return new Refusal({ status: 404, code: "not_found", message });
}

/** The request is not what it must be. */
export function badRequest(code: string, message: string): Refusal {
  return new Refusal({ status: 400, code, message });
}
