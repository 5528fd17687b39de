import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createModel, type Model } from "../../src/index.ts";
import type { CredentialConfigInput, ModelConfigInput } from "../../src/index.ts";

/** A request as it arrived. */
export interface Arrival {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  /** The texts of OpenAI's dialect. */
  readonly texts: readonly string[];
  /** Without `Bearer`. */
  readonly key: string;
}

/** What is answered; `hang` never is. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown }
  | "hang";

/** A provider of embeddings on loopback. */
export interface EmbeddingProvider {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** How many connections were closed from outside before their answer. */
  readonly cutOff: () => number;
}

/** Starts one for the test that runs. */
export async function startProvider(
  answer: (arrival: Arrival, index: number) => Reply | Promise<Reply>,
): Promise<EmbeddingProvider> {
  const arrivals: Arrival[] = [];
  let cutOff = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(pieces).toString()) as Arrival["body"];
      const texts = Array.isArray(body["input"]) ? (body["input"] as string[]) : [];
      const key = (request.headers.authorization ?? "").replace("Bearer ", "");
      const arrival = { path: request.url ?? "", headers: request.headers, body, texts, key };
      const index = arrivals.push(arrival) - 1;
      response.on("close", () => (cutOff += response.writableFinished ? 0 : 1));
      void Promise.resolve(answer(arrival, index)).then((reply) => {
        if (reply === "hang") return;
        response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
        response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals, cutOff: () => cutOff };
}

/** Length of the vectors that tests have unless they say otherwise. */
export const dimension = 4;

/** The vector of a text: its number at the end, and that number's negative. */
export function vectorOf(text: string): readonly number[] {
  const number = Number(/\d+$/.exec(text)?.[0] ?? 0);
  return Array.from({ length: dimension }, (_, at) => (at % 2 === 0 ? number : 0 - number));
}

/** What OpenAI answers: in base64 where it is asked for. */
export function openaiAnswer({ texts, body }: Pick<Arrival, "texts" | "body">): Reply {
  const isPacked = body["encoding_format"] === "base64";
  const packed = (numbers: readonly number[]): unknown =>
    isPacked ? Buffer.from(Float32Array.from(numbers).buffer).toString("base64") : numbers;
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: packed(vectorOf(text)) }));
  return {
    body: { object: "list", data, model: "m", usage: { prompt_tokens: texts.length, total_tokens: texts.length } },
  };
}

/** OpenAI's answer to a key that was revoked. */
export const invalidKey: Reply = {
  status: 401,
  body: { error: { message: "Incorrect API key provided", type: "invalid_request_error", code: "invalid_api_key" } },
};

export const overloaded: Reply = {
  status: 503,
  body: { error: { message: "The server is overloaded", type: "server_error", code: null } },
};

/** Keys of the credentials, long enough to be looked for in whatever comes out. */
export const keyOf = (id: string): string => `sk-planted-embedding-${id}`;

/** A model of embeddings for the test that runs. */
export function openModel(
  url: string,
  {
    ids = ["a"],
    credential = {},
    ...rest
  }: Partial<ModelConfigInput> & {
    readonly ids?: readonly string[];
    readonly credential?: Partial<CredentialConfigInput>;
  } = {},
): Model {
  const credentials = ids.map((id) => ({
    id,
    provider: "openai",
    api_base: `${url}/v1`,
    api_key: keyOf(id),
    ...credential,
  }));
  const model = createModel({
    kind: "embedding",
    model: "m",
    dimension,
    retry: { base_delay: "1ms", jitter: "none" },
    credentials,
    ...rest,
  });
  onTestFinished(() => model.close());
  return model;
}

/** Texts with a number each. */
export function texts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `text ${index}`);
}

/** All that an async iterable gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

/** The number that a vector was made of. */
export const numberOf = (vector: Float32Array): number => vector[0] ?? Number.NaN;
