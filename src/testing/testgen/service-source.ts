import type { ModelConfig } from "../../config/index.ts";
import { sourceOf } from "./test-source.ts";

/** What the file that reaches a service is made of. */
export interface ServiceFile {
  readonly id: string;
  readonly model: ModelConfig;
  readonly entry: "gateway" | "model";
  /** The configuration, from the tests' directory. */
  readonly toConfig: string;
}

/** Writes the file that says how the tests reach a service: a first version, to be made one's own. */
export function serviceSource({ id, model, entry, toConfig }: ServiceFile): string {
  const { path, body } = requestOf(id, model);
  const dimension = model.dimension ?? model.credentials[0]?.dimension;
  return [
    "// How the tests reach your service. keyswitch testgen wrote this once; from now on it is yours, and never overwritten.",
    'import { fileURLToPath } from "node:url";',
    ...(entry === "gateway" ? gatewayImports : modelImports),
    "",
    `const configFile = fileURLToPath(new URL(${JSON.stringify(toConfig)}, import.meta.url));`,
    `const request = ${sourceOf(body)};`,
    `export const dimension: number | undefined = ${dimension ?? "undefined"};`,
    "",
    "/** Starts the service for one test: its credentials lead to the upstream, and its time passes only when it is skipped. */",
    "export async function startService(upstream: FakeProvider): Promise<ServiceUnderTest> {",
    "  const clock = createStillClock();",
    "  const config = await loadScriptedConfig(configFile, upstream);",
    ...(entry === "gateway" ? gatewayBody(id, path) : modelBody(id, path)),
    "}",
    "",
  ].join("\n");
}

const gatewayImports = [
  'import { createGateway } from "keyswitch/gateway";',
  'import { createStillClock, type FakeProvider, loadScriptedConfig, type ServiceUnderTest } from "keyswitch/testing";',
];

const modelImports = [
  'import { createKeyswitch } from "keyswitch";',
  'import { createStillClock, type FakeProvider, loadScriptedConfig, type ServiceUnderTest } from "keyswitch/testing";',
];

const gatewayBody = (id: string, path: string): readonly string[] => [
  "  const gateway = createGateway(config, { clock });",
  "  const { url } = await gateway.listen();",
  "  const post = async (path: string, body?: object): Promise<Response> => {",
  '    const headers = { "content-type": "application/json" };',
  '    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: body && JSON.stringify(body) });',
  "    await answer.arrayBuffer();",
  "    return answer;",
  "  };",
  "  return {",
  `    ask: async () => ({ served: (await post(${JSON.stringify(path)}, request)).ok }),`,
  "    skip: (seconds) => clock.skip(seconds * 1_000),",
  "    operate: async (word) => {",
  '      const of = "credential" in word ? `/credentials/${word.credential}` : "";',
  `      await post(\`/admin/models/${id}\${of}/\${word.type.toLowerCase()}\`);`,
  "    },",
  "    close: () => gateway.close(),",
  "  };",
];

const modelBody = (id: string, path: string): readonly string[] => [
  "  const keyswitch = createKeyswitch(config, { clock });",
  `  const model = keyswitch.model(${JSON.stringify(id)});`,
  "  return {",
  "    ask: async () => {",
  '      const headers = { "content-type": "application/json" };',
  `      const url = new URL(${JSON.stringify(path)}, model.baseURL);`,
  '      const answer = await model.fetch(url, { method: "POST", headers, body: JSON.stringify(request) });',
  "      await answer.arrayBuffer();",
  "      return { served: answer.ok };",
  "    },",
  "    skip: (seconds) => clock.skip(seconds * 1_000),",
  "    close: () => keyswitch.close(),",
  "  };",
];

/** The cheapest request of a model's kind and dialect. */
function requestOf(id: string, { api, kind }: ModelConfig): { readonly path: string; readonly body: object } {
  const messages = [{ role: "user", content: "Hello" }];
  if (api === "anthropic") return { path: "/v1/messages", body: { model: id, max_tokens: 16, messages } };
  if (api === "gemini") {
    const path = `/v1beta/models/${encodeURIComponent(id)}:generateContent`;
    return { path, body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] } };
  }
  switch (kind) {
    case "embedding":
      return { path: "/v1/embeddings", body: { model: id, input: "Hello" } };
    case "rerank":
      return { path: "/v1/rerank", body: { model: id, query: "Hello", documents: ["Hello"] } };
    case "audio":
      return { path: "/v1/audio/speech", body: { model: id, input: "Hello", voice: "alloy" } };
    case "image":
      return { path: "/v1/images/generations", body: { model: id, prompt: "Hello" } };
    case "chat":
      return { path: "/v1/chat/completions", body: { model: id, messages } };
  }
}
