import type { Model } from "../../index.ts";

/** What a caller got for a request. */
export interface Reply {
  readonly status: number;
  /** What the answer says; undefined unless it is a whole answer. */
  readonly text: string | undefined;
}

/** Asks a model once, as any client that speaks its API and takes a `fetch` would. */
export async function ask(model: Model, { stream }: { readonly stream: boolean }): Promise<Reply> {
  const isMessages = model.id === "claude";
  const response = await model.fetch(`${model.baseURL}${isMessages ? "/v1/messages" : "/chat/completions"}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(isMessages && { "anthropic-version": "2023-06-01" }) },
    body: JSON.stringify({
      model: model.id,
      stream,
      messages: [{ role: "user", content: "Who answers?" }],
      ...(isMessages && { max_tokens: 64 }),
    }),
  });
  const body = await response.text();
  return { status: response.status, text: response.ok && isWhole(body, stream) ? said(body) : undefined };
}

/** A stream that was cut lacks the event that ends it. */
function isWhole(body: string, stream: boolean): boolean {
  return !stream || body.includes("data: [DONE]") || body.includes('"message_stop"');
}

/** The text of an answer or of a stream's events, in either dialect. */
function said(body: string): string | undefined {
  const pieces = [...body.matchAll(/"(?:content|text)": ?("(?:[^"\\]|\\.)*")/g)];
  const text = pieces.map(([, piece = '""']) => JSON.parse(piece) as string).join("");
  return text === "" ? undefined : text;
}
