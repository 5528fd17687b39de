import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Model } from "../../index.ts";
import { createInspector } from "../../inspect/index.ts";
import type { ExitCode } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { ask } from "./caller.ts";
import { createLiveTable } from "./live-table.ts";
import { eventLine, listenTo, type Told } from "./narrator.ts";
import { type Pace, setStage } from "./stage.ts";
import { createTally, tallyLines } from "./tally.ts";
import { changeWeather } from "./weather.ts";

const pace: Pace = {
  failback: { timeout: "4s", requests: 12, growth: 2, max_cooldown: "15s", min_interval: "1s" },
  retry: { max_retries: 1, base_delay: "100ms", max_delay: "1s" },
  timeout: "1s",
  first_byte_timeout: "500ms",
  idle_timeout: "500ms",
};

/** Sends traffic through failing upstreams until the process is interrupted, and shows what becomes of it. */
export async function runTraffic(terminal: Terminal, json: boolean): Promise<ExitCode> {
  const stage = await setStage(() => pace);
  const models = stage.keyswitch.models.map((id) => stage.keyswitch.model(id));
  const credentials = models.flatMap((model) => model.snapshot().credentials);
  const tally = createTally(models);
  const stopping = interruption();
  const inspector = createInspector({ models, operations: true });
  const { url } = await inspector.listen();
  const show = json || !terminal.isWatched ? lines(models, terminal, json, url) : liveTable(models, terminal, url);

  const isOver = (): boolean => stopping.aborted;
  await Promise.all([
    ...models.map((model) => keepCalling(model, isOver)),
    repeat(isOver, () => changeWeather(stage, credentials), 700),
  ]);

  show.stop();
  await inspector.close();
  await stage.close();
  const counts = tally.read();
  await terminal.print(json ? JSON.stringify({ event: "summary", ...counts }) : ["", ...tallyLines(counts)].join("\n"));
  return 0;
}

/** Aborts when the process is told to end. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    void once(process, signal).then(() => controller.abort());
  }
  return controller.signal;
}

async function keepCalling(model: Model, isOver: () => boolean): Promise<void> {
  await repeat(isOver, () => ask(model, { stream: Math.random() < 0.5 }), 300);
}

async function repeat(isOver: () => boolean, act: () => unknown, meanPauseMs: number): Promise<void> {
  while (!isOver()) {
    await act();
    await pause(meanPauseMs * (0.5 + Math.random()));
  }
}

interface Show {
  readonly stop: () => void;
}

/** Plain lines, for a pipe: moves, probes and what failed; with JSON everything. */
function lines(models: readonly Model[], terminal: Terminal, json: boolean, inspectorUrl: string): Show {
  void terminal.print(json ? JSON.stringify({ event: "inspector", url: inspectorUrl }) : `Look at it: ${inspectorUrl}`);
  listenTo(models, (told) => {
    if (json) void terminal.print(JSON.stringify(told));
    else if (isNews(told)) void terminal.print(`${told.model.padEnd(8)} ${eventLine(told, terminal).trimStart()}`);
  });
  return { stop: () => {} };
}

/** A table that is redrawn in place, over the latest news. */
function liveTable(models: readonly Model[], terminal: Terminal, inspectorUrl: string): Show {
  const table = createLiveTable(models, terminal, inspectorUrl);
  listenTo(models, (told) => {
    if (told.event === "attempt") table.attempted(told);
    if (isNews(told)) table.news(`${told.model.padEnd(8)} ${eventLine(told, terminal).trimStart()}`);
  });
  const timer = setInterval(table.redraw, 200);
  return {
    stop: () => {
      clearInterval(timer);
      table.end();
    },
  };
}

function isNews(told: Told): boolean {
  if (told.event === "attempt") return told.outcome !== "ok";
  return told.event !== "settled" || told.result !== "served";
}
