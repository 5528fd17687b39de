/** One kind of load. */
export interface Suite {
  readonly name: string;
  readonly connections: number;
  /** What the CPU time is divided by. */
  readonly unit: "request" | "event";
  readonly path: string;
  readonly body: string;
}

const instruction = "You are a careful assistant. Answer briefly, cite the document given, and never invent a figure. ";

const chat = {
  model: "gpt-4o-mini",
  messages: [
    { role: "system", content: instruction.repeat(7) },
    { role: "user", content: "Summarise the following incident report. ".repeat(5) + instruction.repeat(9) },
  ],
  temperature: 0.2,
  max_tokens: 256,
};

const embeddings = {
  model: "text-embedding-3-small",
  input: Array.from({ length: 64 }, (_, index) => `${index} ${instruction.repeat(5)}`),
  encoding_format: "float",
};

/** Bodies of 1.9 KB in and 1.2 KB out; 31 KB in and 262 KB out; 200 events of 290 bytes, 5 ms apart. */
export const suites: readonly Suite[] = [
  {
    name: "chat",
    connections: 64,
    unit: "request",
    path: "/v1/chat/completions",
    body: JSON.stringify(chat),
  },
  {
    name: "embeddings",
    connections: 16,
    unit: "request",
    path: "/v1/embeddings",
    body: JSON.stringify(embeddings),
  },
  {
    name: "streams",
    connections: 64,
    unit: "event",
    path: "/v1/chat/completions",
    body: JSON.stringify({ ...chat, stream: true }),
  },
];

/** A whole request as an OpenAI client sends it. */
export function requestText({ path, body }: Suite, port: number, extra: Readonly<Record<string, string>>): string {
  const headers = {
    host: `127.0.0.1:${port}`,
    accept: "application/json",
    "content-type": "application/json",
    authorization: "Bearer sk-client",
    "user-agent": "OpenAI/JS 7.57.0",
    "x-stainless-lang": "js",
    "x-stainless-package-version": "7.57.0",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v24.21.0",
    "x-stainless-retry-count": "0",
    "x-stainless-timeout": "600",
    ...extra,
    "content-length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
