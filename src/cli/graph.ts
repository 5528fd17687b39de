import { readFile } from "node:fs/promises";
import { z } from "zod";
import { graphDot } from "../../visualizations/graph-dot.ts";
import { graphMermaid } from "../../visualizations/graph-mermaid.ts";
import { graphSvg } from "../../visualizations/graph-svg.ts";
import { viewOf } from "../../visualizations/graph-view.ts";
import { type DrawnModel, modelGraph, shortModelGraph } from "../../visualizations/model-graph.ts";
import { type DrawnSnapshot, marksOf } from "../../visualizations/state-marks.ts";
import { slotsInput } from "../../machines/index.ts";
import { loadConfig } from "../config/index.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { type ChosenModel, chosenModels } from "./chosen-models.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";

const formats = ["mermaid", "dot", "svg", "json"] as const;
type Format = (typeof formats)[number];

/** `keyswitch graph` */
export const graph: Command = {
  usage: "[--config FILE] [--model MODEL] [--format FORMAT] [--state FILE] [--json]",
  paragraphs: [
    "Draws what can happen to a model: its credentials in order of priority, what leads from one to the next, and how it comes back. The drawing is made by running the model's own machine under its own policy, so that every line in it is a move that the machine took.",
    "A picture shows the usual moves, of more than twelve credentials the first and the last five. --format json tells every move, also those that need a credential that rests or is taken out, and what an operator does.",
    "With --state it also shows how a model stands: the credential that serves, the one that is being proved, which ones cool and for how long, which are disabled. The file holds what model.snapshot() gives, or GET /admin/models/MODEL of a gateway.",
  ],
  options: {
    config: { value: "FILE", says: "the configuration (default: keyswitch.yaml)" },
    model: { value: "MODEL", says: "the model (default: every model; mermaid and svg hold one)" },
    format: { value: "FORMAT", says: "mermaid (default), dot, svg or json" },
    state: { value: "FILE", says: "a model's snapshot, to be shown in the drawing" },
    json: { says: "the same as --format json: an object a model, {title, initial, nodes, edges, state}" },
  },
  mostOperands: 0,
  examples: [
    { says: "for a page in Markdown", line: "keyswitch graph --model chat" },
    { says: "a picture", line: "keyswitch graph --model chat --format svg > chat.svg" },
  ],
  exits: { 0: "it is drawn", 2: "the configuration, the snapshot or an option is wrong" },
  run: runGraph,
};

async function runGraph({ value, json, terminal }: Invocation): Promise<ExitCode> {
  const format = json ? "json" : formatOf(value("format") ?? "mermaid");
  try {
    const config = await loadConfig(value("config") ?? "keyswitch.yaml");
    const stateFile = value("state");
    const snapshot = stateFile === undefined ? undefined : await readSnapshot(stateFile);
    const models = chosenModels(config, value("model") ?? snapshot?.model).map(drawnModel);
    if (models.length > 1 && (format === "mermaid" || format === "svg")) {
      const wanted = `--model ${models.map(({ id }) => id).join(" or --model ")}`;
      throw new UsageError({ path: "--model", found: `${models.length} models, and a format that holds one`, wanted });
    }
    for (const model of models) await terminal.print((await draw(model, format, snapshot)).trimEnd());
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

function drawnModel({ id, config }: ChosenModel): DrawnModel {
  return {
    id,
    credentials: config.credentials.map((credential) => credential.id),
    failback: slotsInput(config).policy,
  };
}

async function draw(model: DrawnModel, format: Format, snapshot: DrawnSnapshot | undefined): Promise<string> {
  const marks = snapshot === undefined ? undefined : marksOf(snapshot, model.credentials);
  if (format === "json") {
    return JSON.stringify({ ...modelGraph(model), ...(marks !== undefined && { state: Object.fromEntries(marks) }) });
  }
  const view = viewOf(shortModelGraph(model), marks);
  if (format === "svg") return graphSvg(view);
  return format === "dot" ? graphDot(view) : graphMermaid(view);
}

const snapshotSchema = z.object({
  model: z.string(),
  credentials: z.array(z.string()),
  active: z.nullable(z.string()),
  probing: z.nullable(z.string()),
  disabled: z.array(z.string()),
  cooldowns: z.record(z.string(), z.number().nonnegative()),
});

async function readSnapshot(file: string): Promise<z.output<typeof snapshotSchema>> {
  const wrong = (found: string): UsageError =>
    new UsageError({ path: "--state", found, wanted: "what model.snapshot() gives, as JSON" });
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw wrong(`a file that cannot be read (${error.code})`);
  });
  const parsed = snapshotSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join(".") ?? "";
  throw wrong(place === "" ? "no such object" : `something else at ${JSON.stringify(place)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
