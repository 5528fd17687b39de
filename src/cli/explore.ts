import { coverageHtml } from "../../visualizations/coverage-html.ts";
import { coverageMermaid } from "../../visualizations/coverage-mermaid.ts";
import { coverageParagraphs } from "../../visualizations/coverage-text.ts";
import { loadConfig } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { type Exploration, exploredModel, exploreModel } from "../testing/explore/index.ts";
import { chosenModels } from "./chosen-models.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";

const formats = ["table", "json", "mermaid", "html"] as const;
type Format = (typeof formats)[number];

/** `keyswitch explore` */
export const explore: Command = {
  usage: "[--config FILE] [--model MODEL] [--format FORMAT] [--json]",
  paragraphs: [
    "Takes a model's own machine, under its own policy, into each of its states, and lets there happen all that can happen: each outcome of the serving credential, of a probe, of a late call, of one above or below; the clock; an operator's words. Prints where each leads, or why it is ignored.",
    "States that no event tells apart are one: it counts where the serving and the probed credential lie, the probe's lease, who is taken out, and what the cooldowns come to. Every event in every state is reached by the fewest steps; --format json tells them.",
    "Of up to three credentials the model is also explored unfolded, with two calls at a time; the last line tells how far.",
  ],
  options: {
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    model: { value: "MODEL", says: "the model (default: every model; mermaid and html hold one)" },
    format: { value: "FORMAT", says: "table (default), json, mermaid or html" },
    json: { says: "the same as --format json: an object a model, {model, credentials, product, states, pairs}" },
  },
  mostOperands: 0,
  examples: [
    { says: "what can happen to a model", line: "keyswitch explore --model chat" },
    { says: "a page to look things up in", line: "keyswitch explore --model chat --format html > chat.html" },
  ],
  exits: { 0: "it is explored", 2: "the configuration or an option is wrong" },
  run: runExplore,
};

async function runExplore({ value, json, terminal }: Invocation): Promise<ExitCode> {
  const format = json ? "json" : formatOf(value("format") ?? "table");
  try {
    const models = chosenModels(await loadConfig(value("config") ?? "keyswitch.yaml"), value("model"));
    if (models.length > 1 && (format === "mermaid" || format === "html")) {
      const wanted = `--model ${models.map(({ id }) => id).join(" or --model ")}`;
      throw new UsageError({ path: "--model", found: `${models.length} models, and a format that holds one`, wanted });
    }
    for (const { id, config } of models) {
      for (const part of written(exploreModel(exploredModel(id, config)), format)) await terminal.print(part);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.complain(error.message);
    return 2;
  }
}

function formatOf(text: string): Format {
  const format = formats.find((each) => each === text);
  if (format !== undefined) return format;
  throw new UsageError({ path: "--format", found: JSON.stringify(text), wanted: formats.join(", ") });
}

function* written(exploration: Exploration, format: Format): Generator<string, void, undefined> {
  switch (format) {
    case "json":
      return yield JSON.stringify(asJson(exploration));
    case "mermaid":
      return yield coverageMermaid(exploration.matrix).trimEnd();
    case "html":
      return yield coverageHtml(exploration.matrix).trimEnd();
    case "table":
      for (const paragraph of coverageParagraphs(exploration.matrix)) yield `${paragraph}\n`;
      yield extentWords(exploration);
  }
}

/** Slots are told by their number, as the machine's states are; `credentials` names them in order. */
function asJson({ model, credentials, product, cover }: Exploration): unknown {
  const indexes = new Map(cover.states.map(({ id }, index) => [id, index]));
  return {
    model,
    credentials,
    product,
    states: cover.states.map(({ id, fold, prefix }) => ({ id, ...fold, prefix })),
    // By their place among the states: a cover of fifty credentials has a million pairs.
    pairs: cover.pairs.map(({ from, happening, to, effect, because }) => ({
      from: indexes.get(from.id),
      event: happening.name,
      to: indexes.get(to.id) ?? to.id,
      effect,
      because,
    })),
  };
}

function extentWords({ model, credentials, cover, product }: Exploration): string {
  const slots = credentials.map((id, slot) => `s${slot} is ${id}`).join(", ");
  const covered = `${model}: ${cover.states.length} states, ${cover.pairs.length} pairs of a state and an event. ${slots}.`;
  if (product === undefined) return covered;
  const reach = product.isClosed ? "there are no others" : `every order of up to ${product.depth} acts`;
  return `${covered}\nUnfolded, with two calls at a time: ${product.states} states by ${product.transitions} acts; ${reach}.`;
}
