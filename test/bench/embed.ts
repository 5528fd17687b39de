/**
 * What `model.embed` costs beside a bare loop of undici's `request` over the same texts, batches and concurrency, both
 * from text to `Float32Array`. Rounds are interleaved, so that whatever else the machine does falls on both alike. It
 * ends with 1 where `embed` takes more than 1.2 times as long.
 *
 *     npm run bench:embed
 *     npm run bench:embed -- --texts 100000 --rounds 3
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { createModel } from "../../src/index.ts";

const { values: chosen } = parseArgs({
  options: {
    texts: { type: "string", default: "20000" },
    rounds: { type: "string", default: "9" },
    dimension: { type: "string", default: "1536" },
    batch: { type: "string", default: "32" },
    concurrency: { type: "string", default: "8" },
  },
});
const textCount = Number(chosen.texts);
const rounds = Number(chosen.rounds);
const dimension = Number(chosen.dimension);
const batchSize = Number(chosen.batch);
const concurrency = Number(chosen.concurrency);
const mostRatio = 1.2;

const upstream = fork(fileURLToPath(import.meta.resolve("./embed/upstream.ts")), [String(dimension)]);
const [{ port }] = (await once(upstream, "message")) as [{ readonly port: number }];
const apiBase = `http://127.0.0.1:${port}/v1`;

const text = (index: number): string => `text ${index}: ${"what is to be embedded ".repeat(8)}`;

const agent = new Agent();
const model = createModel({
  kind: "embedding",
  model: "m",
  dimension,
  batch_size: batchSize,
  credentials: ["a", "b"].map((id) => ({ id, provider: "openai", api_base: apiBase, api_key: `sk-${id}` })),
});

interface Answer {
  readonly data: readonly { readonly index: number; readonly embedding: string }[];
}

/** The shortest loop that does the same: batches from a shared counter, as many at a time. */
async function bareLoop(): Promise<number> {
  let next = 0;
  let numbers = 0;
  const worker = async (): Promise<void> => {
    while (next < textCount) {
      const from = next;
      next += batchSize;
      const input = Array.from({ length: Math.min(batchSize, textCount - from) }, (_, at) => text(from + at));
      const { body } = await request(`${apiBase}/embeddings`, {
        method: "POST",
        dispatcher: agent,
        headers: { "content-type": "application/json", authorization: "Bearer sk-a" },
        body: JSON.stringify({ model: "m", input, encoding_format: "base64" }),
      });
      const { data } = (await body.json()) as Answer;
      for (const { embedding } of data) {
        const bytes = Buffer.allocUnsafeSlow(dimension * Float32Array.BYTES_PER_ELEMENT);
        bytes.write(embedding, "base64");
        numbers += new Float32Array(bytes.buffer).length;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return numbers;
}

async function* texts(): AsyncGenerator<string> {
  for (let index = 0; index < textCount; index += 1) yield text(index);
}

async function embedded(): Promise<number> {
  let numbers = 0;
  for await (const vector of model.embed(texts(), { concurrency })) numbers += vector.length;
  return numbers;
}

async function secondsOf(run: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const numbers = await run();
  if (numbers !== textCount * dimension) throw new Error(`${numbers} numbers of ${textCount * dimension}`);
  return (performance.now() - startedAt) / 1_000;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

await secondsOf(bareLoop);
await secondsOf(embedded);
const bareSeconds: number[] = [];
const embedSeconds: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  // each is first as often as the other
  const turns = [
    async () => bareSeconds.push(await secondsOf(bareLoop)),
    async () => embedSeconds.push(await secondsOf(embedded)),
  ];
  for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
}
const ratio = median(embedSeconds.map((seconds, round) => seconds / (bareSeconds[round] ?? Number.NaN)));

console.log(
  `${textCount} texts of ${dimension} numbers, batches of ${batchSize}, ${concurrency} at a time, ${rounds} rounds`,
);
for (const [name, seconds] of [
  ["bare undici loop", bareSeconds],
  ["model.embed", embedSeconds],
] as const) {
  console.log(
    `${name.padEnd(18)}${Math.round(textCount / median(seconds))
      .toString()
      .padStart(8)} texts/s`,
  );
}
console.log(`model.embed takes ${ratio.toFixed(2)} times as long (median of the rounds; at most ${mostRatio})`);
upstream.disconnect();
await Promise.all([model.close(), agent.close()]);
if (!(ratio <= mostRatio)) process.exitCode = 1;
