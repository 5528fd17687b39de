import { stringify } from "yaml";
import { loadConfig, redactedConfig } from "../config/index.ts";
import type { Config } from "../config/index.ts";
import { ConfigError } from "../errors.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";

/** `keyswitch check` */
export const check: Command = {
  usage: "[CONFIG] [--json]",
  paragraphs: [
    "Reads CONFIG (default: keyswitch.yaml), fills in every default, resolves environment variables and key files, and prints the result as YAML. Every key and header shows as [redacted].",
    "The comments at the top name each model's credentials in the order in which they are tried. If something is wrong, everything that is wrong is told at once: where, what was found, what is wanted. Nothing is sent anywhere.",
  ],
  options: {
    json: { says: 'one JSON object: {"ok", "config"}, or {"ok", "issues": [{"path", "found", "wanted"}]}' },
  },
  mostOperands: 1,
  examples: [
    { says: "the configuration of this directory", line: "keyswitch check" },
    { says: "in a script", line: "keyswitch check keyswitch.yaml --json > normalised.json" },
  ],
  exits: { 0: "it can be used", 2: "it cannot be used, or cannot be read" },
  run: runCheck,
};

async function runCheck({ operands: [path = "keyswitch.yaml"], json, terminal }: Invocation): Promise<ExitCode> {
  try {
    const config = await loadConfig(path);
    await terminal.print(json ? JSON.stringify({ ok: true, config: redactedConfig(config) }) : normalised(config));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) await terminal.print(JSON.stringify({ ok: false, issues: error.issues }));
    else terminal.complain(error.message);
    return 2;
  }
}

function normalised(config: Config): string {
  return `${modelLines(config).join("\n")}\n${stringify(redactedConfig(config)).trimEnd()}`;
}

/** `# chat: primary (openai gpt-4o-mini), azure-east (azure my-deployment)` */
function modelLines({ models }: Config): string[] {
  return Object.entries(models).map(([id, { model: common, credentials }]) => {
    const words = credentials.map(({ id: credential, provider, model = common ?? id, disabled }) => {
      return `${credential} (${provider} ${model}${disabled ? ", disabled" : ""})`;
    });
    return `# ${id}: ${words.join(", ")}`;
  });
}
