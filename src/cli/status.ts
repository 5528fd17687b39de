import { setTimeout as pause } from "node:timers/promises";
import { describe } from "../config/describe.ts";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "../errors.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { type AdminAnswer, type AdminTarget, askModels, openEvents } from "./status/admin-client.ts";
import { interruption, targetOf, targetOptions } from "./status/admin-target.ts";
import type { ShownModel } from "./status/model-report.ts";
import { createRecentTraffic } from "./status/recent-traffic.ts";
import { readEvents, type ToldEvent } from "./status/read-events.ts";
import { createScreen, statusLines } from "./status/status-table.ts";
import { printable } from "./terminal.ts";

const aGateway = "a gateway that runs";

/** `keyswitch status` */
export const status: Command = {
  usage: "[VERB MODEL [CREDENTIAL]] [--url URL] [--watch] [--json]",
  paragraphs: [
    "Shows how the models of a running gateway stand: which credential serves, which rest and for how long, what each has done. With --watch on a terminal the table is kept up to date until Ctrl-C, with what each credential did lately as bars; in a pipe, and with --json, the gateway's events come instead, a line each.",
    "A verb tells the gateway what to do, and shows the model as it stands then. `disable` takes a credential out, `enable` puts it back; `failback` tries a better credential with the next call, whatever its cooldown; `reset` goes back to the first one and forgets what is known of all.",
    "Where the gateway has an admin key, it is read from the environment variable KEYSWITCH_ADMIN_KEY or from a file. It is no option: other users of a machine can see those.",
  ],
  options: {
    ...targetOptions,
    watch: { says: "go on until Ctrl-C" },
    json: { says: 'one JSON object: {"models": […]}; with --watch every event, one a line' },
  },
  mostOperands: 3,
  examples: [
    { says: "how all stand", line: "keyswitch status", needs: aGateway },
    { says: "who serves, for programs", line: "keyswitch status --json | grep '\"active\"'", needs: aGateway },
    {
      says: "take a credential out, to change its key",
      line: "keyswitch status disable chat primary",
      needs: aGateway,
    },
    { says: "put it back", line: "keyswitch status enable chat primary", needs: aGateway },
    { says: "try it with the next call", line: "keyswitch status failback chat", needs: aGateway },
  ],
  exits: {
    0: "the gateway answered",
    1: "nothing answers there, it is no gateway, or it refuses",
    2: "there is no such model, credential or verb",
  },
  run: runStatus,
};

async function runStatus(invocation: Invocation): Promise<ExitCode> {
  const { operands, has, json, terminal } = invocation;
  const target = targetOf(invocation);
  if (has("watch")) {
    if (operands.length > 0) throw new UsageError({ path: "--watch", found: "a verb", wanted: "one of them" });
    return terminal.isWatched && !json ? watchTable(target, invocation) : watchEvents(target, invocation);
  }
  const [path, method] = wordOf(operands);
  return show(await askModels(target, path, method), invocation);
}

/** Where a command line's words lead. */
function wordOf([verb, model, credential, ...rest]: readonly string[]): readonly [
  path: string,
  method: "GET" | "POST",
] {
  if (verb === undefined) return ["/admin/models", "GET"];
  const wanted = verbs[verb];
  if (wanted === undefined) {
    const meant = nearest(verb, Object.keys(verbs));
    throw new UsageError({ path: "verb", found: describe(verb), wanted: meant ?? Object.keys(verbs).join(", ") });
  }
  const names = [model, credential, ...rest].filter((each) => each !== undefined);
  if (names.length !== wanted.length) {
    throw new UsageError({ path: verb, found: `${names.length} names`, wanted: `${verb} ${wanted.join(" ")}` });
  }
  const [modelPart, credentialPart] = names.map(encodeURIComponent);
  const place = credentialPart === undefined ? "" : `/credentials/${credentialPart}`;
  return [`/admin/models/${modelPart}${place}/${verb}`, "POST"];
}

/** What each verb is about. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  reset: ["MODEL"],
  failback: ["MODEL"],
  disable: ["MODEL", "CREDENTIAL"],
  enable: ["MODEL", "CREDENTIAL"],
};

async function show(
  answer: AdminAnswer<readonly ShownModel[]>,
  { json, terminal }: Pick<Invocation, "json" | "terminal">,
): Promise<ExitCode> {
  if (answer.kind === "fault") {
    terminal.complain(`keyswitch status: ${answer.message}`);
    return answer.wrong ? 2 : 1;
  }
  const { value: models } = answer;
  await terminal.print(json ? JSON.stringify({ models }) : statusLines(models, terminal).join("\n"));
  return 0;
}

const refreshMs = 1_000;

async function watchTable(target: AdminTarget, { json, terminal }: Invocation): Promise<ExitCode> {
  const stopping = interruption();
  const screen = createScreen(terminal);
  const traffic = createRecentTraffic();
  try {
    while (!stopping.aborted) {
      const answer = await askModels(target, "/admin/models");
      if (answer.kind === "fault") return await show(answer, { json, terminal });
      traffic.note(answer.value);
      screen.draw([...statusLines(answer.value, terminal, traffic), "", terminal.paint("dim", "Ctrl-C ends.")]);
      await pause(refreshMs, undefined, { signal: stopping }).catch(() => {});
    }
    return 0;
  } finally {
    screen.end();
  }
}

async function watchEvents(target: AdminTarget, { json, terminal }: Invocation): Promise<ExitCode> {
  const stopping = interruption();
  const answer = await openEvents(target, stopping);
  if (answer.kind === "fault") return show(answer, { json, terminal });
  try {
    for await (const told of readEvents(answer.value)) {
      await terminal.print(json ? JSON.stringify({ event: told.event, ...told.data }) : eventLine(told));
    }
  } catch (error) {
    if (!stopping.aborted && !isCut(error)) throw error;
  }
  if (stopping.aborted) return 0;
  terminal.complain("keyswitch status: the gateway has ended the stream");
  return 1;
}

/** The connection broke: undici tells that as a TypeError. */
const isCut = (error: unknown): boolean => error instanceof TypeError;

/** `12:03:04 failover chat primary → spare (auth)` */
function eventLine({ event, data }: ToldEvent): string {
  const { at, model, from, to, credential, phase, result, cause, dropped } = data;
  const word = (value: unknown): string =>
    typeof value === "string" || typeof value === "number" ? String(value) : "";
  const time = word(at).slice(11, 19);
  const way = from === undefined ? "" : `${word(from) || "exhausted"} → ${word(to) || "exhausted"}`;
  const why = word(cause) && `(${word(cause)})`;
  const words = [time, event, model, way, credential, phase, result, dropped, why].map(word);
  return printable(words.filter((each) => each !== "").join(" "));
}
