import { describe } from "../describe.ts";
import type { ModelConfigInput } from "../options.ts";
import type { Path } from "../path.ts";
import type { Draft } from "./drafts.ts";
import type { Ledger } from "./ledger.ts";
import type { EmbeddingSection } from "./shape.ts";

/** https://ai.google.dev/gemini-api/docs/embeddings#supported-task-types */
const geminiTaskTypes = [
  "RETRIEVAL_QUERY",
  "RETRIEVAL_DOCUMENT",
  "SEMANTIC_SIMILARITY",
  "CLASSIFICATION",
  "CLUSTERING",
  "QUESTION_ANSWERING",
  "FACT_VERIFICATION",
  "CODE_RETRIEVAL_QUERY",
];

const taskFields = ["query_param", "document_param"] as const;
const multimodalFields = ["enable_fusion", "res_level", "max_video_frames"] as const;
const plainFields = ["batch_size", "encoding_format", "enable_fusion", "res_level", "max_video_frames"] as const;

/** Refuses options that a provider would not understand. */
export function checkOptions(drafts: readonly Draft[], section: EmbeddingSection, path: Path, ledger: Ledger): void {
  const has = (provider: string): boolean => drafts.some(({ provider: { name } }) => name === provider);
  for (const field of has("gemini") ? taskFields : []) {
    const task = section[field] ?? "";
    if (task !== "" && !geminiTaskTypes.includes(task.toUpperCase())) {
      ledger.refuse([...path, field], describe(task), `for gemini one of ${geminiTaskTypes.join(", ")}`);
    }
  }
  for (const field of has("dashscope") && section.input === "text" ? multimodalFields : []) {
    if (section[field] !== undefined) {
      ledger.refuse([...path, field], `${section[field]} with input: text`, "input: multimodal, or no such option");
    }
  }
}

type Options = Pick<ModelConfigInput, "input" | (typeof taskFields)[number] | (typeof plainFields)[number]>;

/** The options that are the model's own. */
export function optionsOf(
  section: EmbeddingSection,
  drafts: readonly Draft[],
  path: Path,
  to: Path,
  ledger: Ledger,
): Options {
  const options: Record<string, unknown> = {};
  for (const field of plainFields) {
    if (section[field] === undefined) continue;
    options[field] = section[field];
    ledger.move([...path, field], [...to, field]);
  }
  for (const field of taskFields) {
    const task = section[field];
    if (task === undefined || task === "") continue;
    options[field] = drafts.every(isGemini) ? task.toUpperCase() : task.toLowerCase();
    ledger.move([...path, field], [...to, field], options[field] === task ? undefined : "as the provider spells it");
  }
  if (section.input === undefined) ledger.add([...to, "input"], "OpenViking embeds that unless told otherwise");
  else ledger.move([...path, "input"], [...to, "input"]);
  return { ...options, input: section.input ?? "multimodal" };
}

function isGemini({ provider }: Draft): boolean {
  return provider.name === "gemini";
}
