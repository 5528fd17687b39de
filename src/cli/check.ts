import { stringify } from "yaml";
import { parseDuration } from "../../machines/index.ts";
import { loadConfig, redactedConfig } from "../config/index.ts";
import type { Config } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { askCredentials, type LiveResult } from "./live-check/ask-credentials.ts";
import type { Terminal } from "./terminal.ts";

/** `keyswitch check` */
export const check: Command = {
  usage: "[CONFIG] [--live] [--json]",
  paragraphs: [
    "Reads CONFIG (default: keyswitch.yaml), fills in every default, resolves environment variables and key files, and prints the result as YAML. Every key and header shows as [redacted].",
    "The comments at the top name each model's credentials in the order in which they are tried. If something is wrong, everything that is wrong is told at once: where, what was found, what is wanted. Nothing is sent anywhere.",
    "With --live every enabled credential is asked for as little as can be (one token, one vector; of audio and image models the list of models), all at once, each by itself, without retries or failover. What comes back is told by class, status, time and deciding rule; of the answer itself nothing is shown.",
  ],
  options: {
    live: { says: "ask each credential, and tell how it answers instead of the configuration" },
    timeout: { value: "TIME", says: "how long an answer to --live may take (default: 30s)" },
    json: { says: 'one JSON object: {"ok", "config"}, with --live {"ok", "live"}, or {"ok", "issues"}' },
  },
  mostOperands: 1,
  examples: [
    { says: "the configuration of this directory", line: "keyswitch check" },
    { says: "in a script", line: "keyswitch check keyswitch.yaml --json > normalised.json" },
    { says: "whether the keys are any good", line: "keyswitch check --live", needs: "keys that are" },
  ],
  exits: {
    0: "it can be used, and every credential that was asked answered",
    1: "a credential failed",
    2: "it cannot be used, or cannot be read",
  },
  run: runCheck,
};

async function runCheck(invocation: Invocation): Promise<ExitCode> {
  const { operands, has, json, terminal } = invocation;
  const [path = "keyswitch.yaml"] = operands;
  try {
    const limitMs = timeLimitMs(invocation);
    const config = await loadConfig(path);
    if (has("live")) return await checkLive(config, limitMs, invocation);
    await terminal.print(json ? JSON.stringify({ ok: true, config: redactedConfig(config) }) : normalised(config));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) await terminal.print(JSON.stringify({ ok: false, issues: error.issues }));
    else terminal.complain(error.message);
    return 2;
  }
}

function timeLimitMs({ has, value }: Invocation): number {
  const given = value("timeout") ?? "30s";
  if (value("timeout") !== undefined && !has("live")) {
    throw new UsageError({ path: "--timeout", found: "no --live", wanted: "both: without it nothing is sent" });
  }
  const limitMs = parseDuration(given);
  if (limitMs !== undefined && limitMs >= 1) return limitMs;
  throw new UsageError({ path: "--timeout", found: JSON.stringify(given), wanted: 'a time, as "30s"' });
}

async function checkLive(config: Config, limitMs: number, { json, terminal }: Invocation): Promise<ExitCode> {
  const results = await askCredentials(config, limitMs);
  const ok = results.every((each) => each.class === "ok" || each.class === "not_asked");
  await terminal.print(json ? JSON.stringify({ ok, live: results }) : liveLines(results, terminal).join("\n"));
  return ok ? 0 : 1;
}

/** `chat  primary  auth  401  80 ms  openai.code.invalid_api_key` */
function liveLines(results: readonly LiveResult[], { paint }: Terminal): string[] {
  const widest = (word: (result: LiveResult) => string): number =>
    Math.max(...results.map((each) => word(each).length));
  const modelWidth = widest(({ model }) => model);
  const credentialWidth = widest(({ credential }) => credential);
  return results.map(({ model, credential, class: answered, status, latency_ms: latencyMs, rule }) => {
    const color = answered === "ok" ? "green" : answered === "not_asked" ? "gray" : "red";
    const time = latencyMs === null ? "" : `${latencyMs} ms`;
    return [
      model.padEnd(modelWidth),
      credential.padEnd(credentialWidth),
      paint(color, answered.replace("_", " ").padEnd(15)),
      String(status ?? "").padEnd(3),
      time.padStart(8),
      paint("dim", rule ?? ""),
    ]
      .join("  ")
      .trimEnd();
  });
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
