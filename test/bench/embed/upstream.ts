/** A provider of embeddings in a process of its own: each answer is made once for each size of batch, so that it costs next to nothing. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const dimension = Number(process.argv[2]);
const answers = new Map<number, Buffer>();

function answerTo(count: number): Buffer {
  const known = answers.get(count);
  if (known !== undefined) return known;
  const data = Array.from({ length: count }, (_, index) => {
    const vector = Float32Array.from({ length: dimension }, (_, at) => Math.sin(index + at));
    return { object: "embedding", index, embedding: Buffer.from(vector.buffer).toString("base64") };
  });
  const usage = { prompt_tokens: count, total_tokens: count };
  const answer = Buffer.from(JSON.stringify({ object: "list", data, model: "m", usage }));
  answers.set(count, answer);
  return answer;
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    const { input } = JSON.parse(Buffer.concat(pieces).toString()) as { readonly input: readonly string[] };
    const answer = answerTo(input.length);
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit());
