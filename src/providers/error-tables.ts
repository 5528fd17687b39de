import type { ErrorTable } from "../classify/index.ts";
import { anthropicErrors } from "./anthropic/errors.ts";
import { azureErrors } from "./azure/errors.ts";
import { baichuanErrors } from "./baichuan/errors.ts";
import { bedrockErrors } from "./bedrock/errors.ts";
import { cerebrasErrors } from "./cerebras/errors.ts";
import { cloudflareErrors } from "./cloudflare/errors.ts";
import { cohereErrors } from "./cohere/errors.ts";
import { dashscopeErrors } from "./dashscope/errors.ts";
import { databricksErrors } from "./databricks/errors.ts";
import { deepseekErrors } from "./deepseek/errors.ts";
import { fireworksErrors } from "./fireworks/errors.ts";
import { geminiErrors } from "./gemini/errors.ts";
import { githubErrors } from "./github/errors.ts";
import { groqErrors } from "./groq/errors.ts";
import { huggingfaceErrors } from "./huggingface/errors.ts";
import { hunyuanErrors } from "./hunyuan/errors.ts";
import { jinaErrors } from "./jina/errors.ts";
import { litellmErrors } from "./litellm/errors.ts";
import { minimaxErrors } from "./minimax/errors.ts";
import { mistralErrors } from "./mistral/errors.ts";
import { modelscopeErrors } from "./modelscope/errors.ts";
import { moonshotErrors } from "./moonshot/errors.ts";
import { nvidiaErrors } from "./nvidia/errors.ts";
import { ollamaErrors } from "./ollama/errors.ts";
import { openaiErrors } from "./openai/errors.ts";
import { openrouterErrors } from "./openrouter/errors.ts";
import { perplexityErrors } from "./perplexity/errors.ts";
import { portkeyErrors } from "./portkey/errors.ts";
import { qianfanErrors } from "./qianfan/errors.ts";
import { relayErrors } from "./relay/errors.ts";
import { siliconflowErrors } from "./siliconflow/errors.ts";
import { sparkErrors } from "./spark/errors.ts";
import { stepfunErrors } from "./stepfun/errors.ts";
import { togetherErrors } from "./together/errors.ts";
import { volcengineErrors } from "./volcengine/errors.ts";
import { voyageErrors } from "./voyage/errors.ts";
import { watsonxErrors } from "./watsonx/errors.ts";
import { xaiErrors } from "./xai/errors.ts";
import { zhipuErrors } from "./zhipu/errors.ts";

/** Every error table, by the names and words that people give to its provider, in lower case. */
export const errorTables: Readonly<Record<string, ErrorTable>> = {
  openai: openaiErrors,
  codex: openaiErrors,
  chatgpt: openaiErrors,
  anthropic: anthropicErrors,
  claude: anthropicErrors,
  azure: azureErrors,
  apim: azureErrors,
  foundry: azureErrors,
  gemini: geminiErrors,
  google: geminiErrors,
  vertex: geminiErrors,
  cloudcode: geminiErrors,
  bedrock: bedrockErrors,
  sagemaker: bedrockErrors,
  mistral: mistralErrors,
  cohere: cohereErrors,
  voyage: voyageErrors,
  voyageai: voyageErrors,
  jina: jinaErrors,
  openrouter: openrouterErrors,
  groq: groqErrors,
  xai: xaiErrors,
  grok: xaiErrors,
  together: togetherErrors,
  togetherai: togetherErrors,
  fireworks: fireworksErrors,
  perplexity: perplexityErrors,
  cerebras: cerebrasErrors,
  nvidia: nvidiaErrors,
  nim: nvidiaErrors,
  huggingface: huggingfaceErrors,
  hf: huggingfaceErrors,
  tei: huggingfaceErrors,
  "text-embeddings-inference": huggingfaceErrors,
  tgi: huggingfaceErrors,
  cloudflare: cloudflareErrors,
  deepseek: deepseekErrors,
  moonshot: moonshotErrors,
  kimi: moonshotErrors,
  minimax: minimaxErrors,
  zhipu: zhipuErrors,
  "z.ai": zhipuErrors,
  zai: zhipuErrors,
  glm: zhipuErrors,
  bigmodel: zhipuErrors,
  volcengine: volcengineErrors,
  ark: volcengineErrors,
  doubao: volcengineErrors,
  byteplus: volcengineErrors,
  vikingdb: volcengineErrors,
  dashscope: dashscopeErrors,
  qwen: dashscopeErrors,
  bailian: dashscopeErrors,
  aliyun: dashscopeErrors,
  alibaba: dashscopeErrors,
  qianfan: qianfanErrors,
  baidu: qianfanErrors,
  ernie: qianfanErrors,
  siliconflow: siliconflowErrors,
  hunyuan: hunyuanErrors,
  tencent: hunyuanErrors,
  spark: sparkErrors,
  iflytek: sparkErrors,
  xfyun: sparkErrors,
  modelscope: modelscopeErrors,
  stepfun: stepfunErrors,
  baichuan: baichuanErrors,
  "one-api": relayErrors,
  "new-api": relayErrors,
  oneapi: relayErrors,
  newapi: relayErrors,
  aihubmix: relayErrors,
  litellm: litellmErrors,
  ollama: ollamaErrors,
  llamacpp: ollamaErrors,
  "llama.cpp": ollamaErrors,
  github: githubErrors,
  copilot: githubErrors,
  portkey: portkeyErrors,
  watsonx: watsonxErrors,
  databricks: databricksErrors,
};

/**
 * The error table for a provider as somebody named it: `openai`, `zhipu/z.ai`, `volcengine-ark via a relay`.
 *
 * The first of its words that names a provider counts; what only imitates one (`openai-compatible`) has no table.
 */
export function errorTableFor(provider: string | null | undefined): ErrorTable | undefined {
  const name = (provider ?? "").trim().toLowerCase().slice(0, 200);
  const whole = tableNamed(name);
  if (whole !== undefined || /compatible|imitat|fake/.test(name)) return whole;
  for (const phrase of name.split(/[\s/,()]{1,40}/)) {
    const table =
      tableNamed(phrase) ??
      phrase
        .split(/[-_:@]/)
        .map(tableNamed)
        .find((found) => found !== undefined);
    if (table !== undefined) return table;
  }
  return undefined;
}

function tableNamed(name: string): ErrorTable | undefined {
  return Object.hasOwn(errorTables, name) ? errorTables[name] : undefined;
}
