import type { Dispatcher } from "undici";
import type { EmbeddingOptions } from "../config/runtime.ts";
import type { AttemptSignal } from "../engine/attempt.ts";
import type { AttemptContext } from "../engine/call.ts";
import type { Credential } from "../config/runtime.ts";
import { VectorMismatchError } from "../errors.ts";
import { isErrorBody, parsedJson } from "../transport/error-body.ts";
import { upstreamHeaders } from "../transport/request-headers.ts";
import { signatureHeaders } from "../transport/signature-v4.ts";
import { askUpstream, type UpstreamAnswer, type UpstreamRequest } from "../transport/upstream-answer.ts";
import { UpstreamFailure } from "../transport/upstream-failure.ts";
import { readFailure } from "../transport/whole-answer.ts";
import type { EmbeddingAnswer } from "./dialects/dialect.ts";
import { embeddingDialects } from "./dialects/index.ts";
import type { WireInput } from "./input.ts";
import { type EmbeddingUpstream, regionOf } from "./upstreams.ts";
import { denseVector, type Embedding, type RawVector, sparseVector, type VectorKind } from "./vectors.ts";

/** What one request is to embed, and as what. */
export interface EmbeddingRequest {
  readonly inputs: readonly WireInput[];
  readonly purpose: "query" | "document";
  readonly embedding: EmbeddingOptions;
}

/**
 * Asks one credential's upstream for the vectors of a batch.
 *
 * @throws UpstreamFailure where the answer is a failure, VectorMismatchError where its vectors do not fit (S41), the
 * connection's error where there is no answer.
 */
export async function askForVectors(
  dispatcher: Dispatcher,
  upstream: EmbeddingUpstream,
  request: EmbeddingRequest,
  { recordUsage }: Pick<AttemptContext<Credential>, "recordUsage">,
  attemptSignal: AttemptSignal,
): Promise<readonly Embedding<VectorKind>[]> {
  const answer = await askUpstream(dispatcher, upstreamRequest(upstream, request), attemptSignal);
  if (answer.status < 200 || answer.status > 299) throw await readFailure(answer);
  const { vectors, usage } = await readAnswer(answer, upstream);
  const fitting = fittingVectors(vectors, request, upstream.credential);
  if (usage !== undefined) recordUsage(usage);
  return fitting;
}

const contentType = "application/json";

function upstreamRequest(upstream: EmbeddingUpstream, request: EmbeddingRequest): UpstreamRequest {
  const { credential, url } = upstream;
  const body = Buffer.from(JSON.stringify(bodyOf(upstream, request)));
  return {
    method: "POST",
    origin: url.origin,
    path: url.pathname + url.search,
    headers: headersOf(upstream, body, credential),
    body,
  };
}

function bodyOf(
  { credential, route, encoding, dimension, purpose }: EmbeddingUpstream,
  request: EmbeddingRequest,
): object {
  const { inputs, embedding } = request;
  const { model, apiVersion: version, extraRequestBody } = credential;
  const ask = { model, version, inputs, embedding, encoding, dimension, purpose: purpose[request.purpose] };
  return { ...embeddingDialects[route.dialect].request(ask), ...extraRequestBody };
}

function headersOf(
  { auth, route, url }: EmbeddingUpstream,
  body: Buffer,
  credential: Credential,
): Record<string, string> {
  const own = { headers: { "content-type": contentType, accept: contentType }, wantsStream: false };
  if (typeof auth !== "object" || !("signedFor" in auth)) return upstreamHeaders(own, { auth }, credential);
  const { ak, sk } = credential;
  const signer = {
    accessKey: ak.reveal(),
    secretKey: sk.reveal(),
    region: regionOf(route, credential),
    service: auth.signedFor.service,
  };
  const signature = signatureHeaders({ method: "POST", url, contentType, body }, signer);
  return { ...upstreamHeaders(own, { auth: "none" }, credential), ...signature };
}

/** More is no answer to a batch: ten thousand vectors of 3072 numbers, written out, are half of it. */
const mostAnswerBytes = 1024 * 1024 * 1024;

async function readAnswer(answer: UpstreamAnswer, { credential, route }: EmbeddingUpstream): Promise<EmbeddingAnswer> {
  const body = await bytesOf(answer, credential);
  const json = parsedJson(body.toString("utf8"));
  if (typeof json !== "object" || json === null) {
    throw new UpstreamFailure({ ...answer, body }, { class: "transient", rule: "answer.truncated" });
  }
  const found = embeddingDialects[route.dialect].read(json as Readonly<Record<string, unknown>>);
  if (found !== undefined && found.vectors.length > 0) return found;
  // an error may come with a list that is empty
  if (isErrorBody(json)) throw new UpstreamFailure({ ...answer, body });
  if (found !== undefined) return found;
  throw new VectorMismatchError({ credential: credential.id, found: "no vectors", wanted: "one for each input" });
}

async function bytesOf({ body }: UpstreamAnswer, { id }: Credential): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
    pieces.push(piece);
    length += piece.length;
    if (length > mostAnswerBytes) {
      body.close();
      throw new VectorMismatchError({ credential: id, found: "more than a gigabyte", wanted: "vectors" });
    }
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

function fittingVectors(
  raw: readonly RawVector[],
  { inputs, embedding }: EmbeddingRequest,
  credential: Credential,
): readonly Embedding<VectorKind>[] {
  if (raw.length !== inputs.length) {
    throw mismatch(credential, `${raw.length} vectors`, `${inputs.length}, one for each input`);
  }
  return raw.map((vector) => fittingVector(vector, embedding, credential));
}

function fittingVector(raw: RawVector, { vectors }: EmbeddingOptions, credential: Credential): Embedding<VectorKind> {
  switch (vectors) {
    case "dense":
      return fittingDense(raw, credential);
    case "sparse":
      return fittingSparse(raw, credential);
    case "hybrid":
      return { dense: fittingDense(raw, credential), sparse: fittingSparse(raw, credential) };
  }
}

function fittingDense({ dense }: RawVector, credential: Credential): Float32Array {
  const vector = denseVector(dense);
  const wanted = `${credential.dimension} numbers`;
  if (vector === undefined) throw mismatch(credential, "what is no vector", wanted);
  if (vector.length !== credential.dimension)
    throw mismatch(credential, `a vector of ${vector.length} numbers`, wanted);
  return vector;
}

function fittingSparse({ sparse }: RawVector, credential: Credential): ReadonlyMap<string, number> {
  return sparseVector(sparse) ?? fail(mismatch(credential, "what is no sparse vector", "weights by term"));
}

function mismatch({ id: credential }: Credential, found: string, wanted: string): VectorMismatchError {
  return new VectorMismatchError({ credential, found, wanted });
}

function fail(error: Error): never {
  throw error;
}
