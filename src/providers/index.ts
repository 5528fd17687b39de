import { anthropic } from "./anthropic/wire.ts";
import { azure } from "./azure/wire.ts";
import { bedrock } from "./bedrock/wire.ts";
import { cohere } from "./cohere/wire.ts";
import { custom } from "./custom/wire.ts";
import { dashscope } from "./dashscope/wire.ts";
import { deepseek } from "./deepseek/wire.ts";
import { fireworks } from "./fireworks/wire.ts";
import { gemini } from "./gemini/wire.ts";
import { groq } from "./groq/wire.ts";
import { jina } from "./jina/wire.ts";
import { litellm } from "./litellm/wire.ts";
import { minimax } from "./minimax/wire.ts";
import { mistral } from "./mistral/wire.ts";
import { moonshot } from "./moonshot/wire.ts";
import { ollama } from "./ollama/wire.ts";
import { openai } from "./openai/wire.ts";
import { openrouter } from "./openrouter/wire.ts";
import { siliconflow } from "./siliconflow/wire.ts";
import { together } from "./together/wire.ts";
import { vertex } from "./vertex/wire.ts";
import { vikingdb } from "./vikingdb/wire.ts";
import { volcengine } from "./volcengine/wire.ts";
import { voyage } from "./voyage/wire.ts";
import { xai } from "./xai/wire.ts";
import { zhipu } from "./zhipu/wire.ts";
import type { Endpoint, Provider, UrlLayout } from "./provider.ts";

/** Every provider that a configuration can name, by name. */
export const providers: readonly Provider[] = [
  anthropic,
  azure,
  bedrock,
  cohere,
  custom,
  dashscope,
  deepseek,
  fireworks,
  gemini,
  groq,
  jina,
  litellm,
  minimax,
  mistral,
  moonshot,
  ollama,
  openai,
  openrouter,
  siliconflow,
  together,
  vertex,
  vikingdb,
  volcengine,
  voyage,
  xai,
  zhipu,
];

const byName: ReadonlyMap<string, Provider> = new Map(
  providers.flatMap((provider) => [provider.name, ...provider.aliases].map((name) => [name, provider] as const)),
);

/** The provider of a name or an alias, in any case. */
export function providerFor(nameOrAlias: string): Provider | undefined {
  return byName.get(nameOrAlias.toLowerCase());
}

/** How an endpoint's URLs are made from a base; `undefined`: a route follows its base. */
export function layoutOf({ layouts = [] }: Endpoint, { pathname }: URL): UrlLayout | undefined {
  const path = pathname.replace(/\/$/, "");
  return layouts.find(({ base }) => base.test(path));
}
