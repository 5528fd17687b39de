import { setTimeout } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";

/** What a client asked for, and what it saw. Times in epoch milliseconds. */
export interface Experience {
  readonly request: string;
  readonly kind: "chat" | "embeddings" | "stream";
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * `served`: a whole answer. `left`: it left after the first item. `refused`: an error in place of an answer. `broken`: an
   * error after the first item. `passed off`: what is no whole answer, but ended like one.
   */
  readonly end: "served" | "left" | "refused" | "broken" | "passed off";
  /** The upstream's number of the exchange that the answer came from, where there is one. */
  readonly serial: number | undefined;
  /** What to show of it where it is a counterexample. */
  readonly shown: string;
}

/** How long and against what the load goes on. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly lengthMs: number;
  readonly random: () => number;
}

/** The share of streams whose client leaves early. */
const leavingShare = 0.05;
const bodies = {
  chat: { path: "/v1/chat/completions", body: chatBody({}) },
  stream: { path: "/v1/chat/completions", body: chatBody({ stream: true }) },
  embeddings: {
    path: "/v1/embeddings",
    body: JSON.stringify({ model: "embed", input: Array.from({ length: 16 }, (_, index) => `Text number ${index}`) }),
  },
} as const;

function chatBody(further: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    model: "chat",
    messages: [{ role: "user", content: "Who are you? ".repeat(40) }],
    ...further,
  });
}

let requestCount = 0;

/** Keeps every connection busy until the time is over, and hands on what each request came to. */
export async function drive({ url, connections, lengthMs, random }: Load): Promise<readonly Experience[]> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const experiences: Experience[] = [];
  const endsAt = Date.now() + lengthMs;
  async function client(): Promise<void> {
    while (Date.now() < endsAt) {
      const kind = kindOf(random());
      experiences.push(await ask(pool, kind, kind === "stream" && random() < leavingShare));
    }
  }
  await Promise.all(Array.from({ length: connections }, client));
  await pool.close();
  return experiences;
}

function kindOf(drawn: number): Experience["kind"] {
  if (drawn < 0.4) return "chat";
  return drawn < 0.7 ? "stream" : "embeddings";
}

async function ask(pool: Pool, kind: Experience["kind"], leaves: boolean): Promise<Experience> {
  const request = String((requestCount += 1));
  const fromMs = Date.now();
  const seen = await seenOf(pool, kind, request, leaves);
  return { request, kind, fromMs, toMs: Date.now(), ...seen };
}

type Seen = Pick<Experience, "end" | "serial" | "shown">;

async function seenOf(pool: Pool, kind: Experience["kind"], request: string, leaves: boolean): Promise<Seen> {
  const { path, body } = bodies[kind];
  const headers = { "content-type": "application/json", "x-load-request": request };
  let answer: Dispatcher.ResponseData;
  try {
    answer = await pool.request({ method: "POST", path, headers, body });
  } catch (error) {
    // So that a gateway that is gone is not asked as fast as the machine can.
    await setTimeout(100);
    return { end: "refused", serial: undefined, shown: String(error) };
  }
  const { statusCode, headers: fields } = answer;
  const serial = serialOf(fields["x-request-id"]);
  const { text, brokeOff } = await textOf(answer, leaves);
  const shown = `${statusCode} ${brokeOff ? "(broke off) " : ""}${text.slice(0, 160)}`;
  if (statusCode !== 200) return { end: "refused", serial: undefined, shown };
  if (leaves) return { end: "left", serial, shown };
  if (brokeOff || tellsError(text)) return { end: kind === "stream" ? "broken" : "passed off", serial, shown };
  return { end: isWhole(kind, text, fields) ? "served" : "passed off", serial, shown };
}

/** The text of an answer, as far as it came. A client that leaves does so at its first bytes. */
async function textOf({ body }: Dispatcher.ResponseData, leaves: boolean) {
  const pieces: Buffer[] = [];
  let brokeOff = false;
  try {
    for await (const piece of body) {
      pieces.push(piece as Buffer);
      if (leaves) break;
    }
  } catch {
    brokeOff = true;
  }
  return { text: Buffer.concat(pieces).toString("utf8"), brokeOff };
}

function serialOf(requestId: string | string[] | undefined): number | undefined {
  const digits = /(\d+)$/.exec(String(requestId ?? ""))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function tellsError(text: string): boolean {
  return /^data: \{"error"/m.test(text);
}

/** Whether an answer is all of one, and of the credential that the gateway says it is of. */
function isWhole(kind: Experience["kind"], text: string, fields: Dispatcher.ResponseData["headers"]): boolean {
  if (fields["x-served-by"] !== fields["x-keyswitch-credential"]) return false;
  switch (kind) {
    case "stream":
      return text.endsWith("data: [DONE]\n\n") && contentOf(text) === `Answered by ${String(fields["x-served-by"])}.`;
    case "chat":
      return text.includes(`Answered by ${String(fields["x-served-by"])}.`) && isJson(text);
    case "embeddings":
      return isJson(text) && (JSON.parse(text) as { readonly data: unknown[] }).data.length === 16;
  }
}

function contentOf(text: string): string {
  return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
