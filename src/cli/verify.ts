import { pathToFileURL } from "node:url";
import { loadConfig } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { exploredModel } from "../testing/explore/index.ts";
import {
  type RealVerification,
  type UserInvariant,
  type Verification,
  verifyModel,
  verifyRealModel,
} from "../testing/verify/index.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { chosenModels } from "./chosen-models.ts";
import type { Terminal } from "./terminal.ts";

/** `keyswitch verify` */
export const verify: Command = {
  usage: "[--config FILE] [--model MODEL] [--real] [--rules MODULE] [--acts N] [--json]",
  paragraphs: [
    "Checks that a model, as it is configured, keeps what it promises: no credential is tried twice in a call, stale answers move nothing, no failback without proof, no credential is starved, and so on (docs/verification.md lists all). Nothing is sent anywhere, and no time passes.",
    "Every event is tried in every state of the model's machine. Then its first three credentials are run with two calls at a time, whose outcomes, retries, cancels, timers, operators' words and restarts are interleaved in every order, up to as many acts as --acts says.",
    "If something does not hold, the shortest way to see it is told as a story, and as a scenario for keyswitch simulate.",
    "With --real also the engine itself is put through it, over real sockets on loopback: calls to a scripted upstream bring the model's first four credentials into each state, and after every step what the engine knows is compared with what the machine says. It takes minutes.",
    "Rules of your own: --rules names a module that exports invariants, a list of { name, holds(state, history) }.",
  ],
  options: {
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    model: { value: "MODEL", says: "the model (default: every model)" },
    real: { says: "drive the real engine too, over sockets on loopback" },
    rules: { value: "MODULE", says: "a JavaScript module that exports invariants of your own" },
    acts: { value: "N", says: "how many acts of two calls to try at most (default: 100000)" },
    json: { says: "an object a model: {model, holds, checked, cover, product, counterexample, real}" },
  },
  mostOperands: 0,
  examples: [
    { says: "all models of this directory's configuration", line: "keyswitch verify" },
    { says: "further, which takes some minutes", line: "keyswitch verify --model chat --acts 2000000" },
  ],
  exits: { 0: "everything holds", 1: "something does not", 2: "the configuration, the rules or an option is wrong" },
  run: runVerify,
};

async function runVerify({ has, value, json, terminal }: Invocation): Promise<ExitCode> {
  const transitions = actsOf(value("acts") ?? "100000");
  try {
    const models = chosenModels(await loadConfig(value("config") ?? "keyswitch.yaml"), value("model"));
    const rules = value("rules");
    const invariants = rules === undefined ? [] : await rulesOf(rules);
    let exitCode: ExitCode = 0;
    for (const { id, config } of models) {
      const model = exploredModel(id, config);
      const found = verifyModel(model, { invariants, transitions });
      const real = has("real") ? await verifyRealModel(model) : undefined;
      await terminal.print(
        json
          ? JSON.stringify({ ...found, real })
          : [...reportOf(found, terminal), ...(real === undefined ? [] : realReport(real, terminal))].join("\n"),
      );
      if (!found.holds || real?.holds === false) exitCode = 1;
    }
    return exitCode;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.complain(error.message);
    return 2;
  }
}

function actsOf(text: string): number {
  const acts = Number(text);
  if (Number.isSafeInteger(acts) && acts > 0) return acts;
  throw new UsageError({ path: "--acts", found: JSON.stringify(text), wanted: "a whole number from 1" });
}

async function rulesOf(file: string): Promise<readonly UserInvariant[]> {
  const wanted = "a module that exports invariants, a list of { name, holds(state, history) }";
  const module = (await import(pathToFileURL(file).href).catch((error: unknown) => {
    const { code, name = typeof error } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
    const why = code ?? name;
    throw new UsageError({ path: "--rules", found: `a module that does not load (${why})`, wanted });
  })) as { readonly invariants?: unknown };
  const { invariants } = module;
  if (Array.isArray(invariants) && invariants.every(isRule)) return invariants;
  throw new UsageError({ path: "--rules", found: "no such list", wanted });
}

function isRule(value: unknown): value is UserInvariant {
  const { name, holds } = (value ?? {}) as Partial<UserInvariant>;
  return typeof name === "string" && typeof holds === "function";
}

function reportOf(found: Verification, { paint }: Pick<Terminal, "paint">): readonly string[] {
  const { model, holds, checked, cover, product, counterexample } = found;
  const lines = [
    paint("bold", model),
    `  every event in every state   ${cover.states} states of ${cover.credentials} credentials, ${cover.pairs} pairs`,
    `  two calls at a time          ${product.states} states of ${product.credentials} credentials, ${product.transitions} acts; ${reach(product)}`,
  ];
  if (counterexample === undefined) {
    const names = checked.map(({ name }) => name).join(", ");
    return holds ? [...lines, `  ${paint("green", "holds")}  ${names}`] : lines;
  }
  const { invariant, says, story, scenario, lacks } = counterexample;
  return [
    ...lines,
    `  ${paint("red", "does not hold")}  ${invariant}${invariant === says ? "" : `: ${says}`}`,
    ...story.map((line, index) => `    ${index + 1}. ${line}`),
    scenario === undefined
      ? `  No scenario of keyswitch simulate: it has no words for ${lacks}.`
      : `  The same for keyswitch simulate:\n${JSON.stringify(scenario)}`,
  ];
}

function realReport(
  { holds, credentials, driven, pairs, steps, exchanges, difference }: RealVerification,
  { paint }: Pick<Terminal, "paint">,
): readonly string[] {
  const line = `  the real engine              ${driven} of ${pairs} pairs of ${credentials} credentials, ${steps} steps, ${exchanges} requests`;
  if (holds || difference === undefined)
    return [line, `  ${paint("green", "holds")}  the engine does what the machine says`];
  const { state, event, step, expected, found } = difference;
  return [
    line,
    `  ${paint("red", "does not hold")}  the engine does what the machine says: ${event}, in ${state}, step ${step}`,
    `    the machine  ${JSON.stringify(expected)}`,
    `    the engine   ${JSON.stringify(found)}`,
  ];
}

const reach = ({ isClosed, depth }: Verification["product"]): string =>
  isClosed ? "there are no others" : `every order of up to ${depth}`;
