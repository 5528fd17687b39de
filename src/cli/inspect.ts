import { once } from "node:events";
import { createServer } from "node:http";
import { UsageError } from "../errors.ts";
import { describe } from "../config/describe.ts";
import { serveInspector } from "../inspect/inspector-server.ts";
import { freshToken, listenOnLoopback } from "../inspect/loopback.ts";
import { createReceiverServer, type ReceiverAddresses } from "../inspect/receivers/receiver-server.ts";
import type { Command, ExitCode, Invocation } from "./command.ts";
import { remoteMachines } from "./inspect/remote-machines.ts";
import { remoteSource } from "./inspect/remote-source.ts";
import { askInspector } from "./status/admin-client.ts";
import { interruption, targetOf, targetOptions } from "./status/admin-target.ts";

/** How long a gateway may take to answer at all. */
const patienceMs = 10_000;

const aGateway = "a gateway that runs";

/** `keyswitch inspect` */
export const inspect: Command = {
  usage: "[--url URL] [--admin-key-file FILE] [--port N] [--receivers] [--json]",
  paragraphs: [
    "Shows the inspector of a running gateway in a browser on this machine: how every model stands, its statechart, and the story of the last hour. The address that it prints is open to this machine only, and to who has its token, which is in a part of the address that browsers send to nobody.",
    "The gateway's admin key stays in this process: it is read from the environment variable KEYSWITCH_ADMIN_KEY or from a file, and neither the page nor its address holds it. The page only shows; keyswitch status has the verbs, and so has the gateway's own page at /inspector.",
  ],
  options: {
    ...targetOptions,
    port: { value: "N", says: "the port of this machine to show it at (default: any that is free)" },
    receivers: {
      says: "also shows the machines to receivers of @statelyai/inspect and @xstate/inspect on this machine",
    },
    json: {
      says: 'one JSON object: {"url": …}, with --receivers {"url": …, "receivers": {"stately": …, "xstateInspect": …}}',
    },
  },
  mostOperands: 0,
  examples: [
    { says: "of the gateway on this machine", line: "keyswitch inspect", needs: `${aGateway}; Ctrl-C to end` },
    {
      says: "of another one",
      line: "keyswitch inspect --url https://llm.example.com --admin-key-file admin-key",
      needs: `${aGateway} there; Ctrl-C to end`,
    },
  ],
  exits: {
    0: "it was told to end",
    1: "nothing answers there, it is no gateway, or it refuses",
    2: "an option is wrong",
  },
  run: runInspect,
};

async function runInspect(invocation: Invocation): Promise<ExitCode> {
  const { json, terminal } = invocation;
  const wantsReceivers = invocation.has("receivers");
  const port = portOf(invocation.value("port"));
  const target = targetOf(invocation);
  const answer = await askInspector(target, "feed", AbortSignal.timeout(patienceMs));
  if (answer.kind === "fault") {
    terminal.complain(`keyswitch inspect: ${answer.message}`);
    return 1;
  }
  await answer.value.body?.cancel();
  const stopping = interruption();
  const token = freshToken();
  const source = remoteSource(target);
  const inspector = serveInspector({ source, path: "", lock: () => ({ adminKey: token, hostNames: [] }) });
  const server = createServer((request, response) => inspector.handle(request, response));
  const url = await listenOnLoopback(server, port, token).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError({ path: "--port", found: `${port} (${error.code})`, wanted: "a port that is free" });
  });
  const bridge = wantsReceivers ? createReceiverServer({ watch: remoteMachines(target), origins: [] }) : undefined;
  const receivers = await bridge?.listen();
  await terminal.print(json ? JSON.stringify({ url, receivers }) : story(target.url.origin, url, receivers));

  if (!stopping.aborted) await once(stopping, "abort");
  await bridge?.close();
  inspector.close();
  server.close();
  server.closeAllConnections();
  return 0;
}

function story(origin: string, url: string, receivers: ReceiverAddresses | undefined): string {
  const forReceivers =
    receivers === undefined
      ? []
      : [
          `to receivers of @statelyai/inspect: ${receivers.stately}`,
          `to receivers of @xstate/inspect: ${receivers.xstateInspect}`,
        ];
  return [`${origin} is shown at ${url}`, ...forReceivers, "Ctrl-C ends."].join("\n");
}

function portOf(text = "0"): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError({ path: "--port", found: describe(text), wanted: "a port, 0 to 65535" });
}
