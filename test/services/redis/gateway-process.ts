import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KeyswitchConfig } from "../../../src/index.ts";

const program = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

/** An event of a gateway, with when it was told, in milliseconds since 1970. */
export interface ToldEvent {
  readonly name: string;
  readonly at: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** A gateway in a process of its own. */
export interface GatewayProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  /** What it has told so far: moves and probes. */
  readonly events: readonly ToldEvent[];
  /** The lines of its log. */
  readonly log: readonly string[];
  get(path: string): Promise<unknown>;
  text(path: string): Promise<string>;
  /** Asks its model for an answer. */
  ask(user: string): Promise<{ readonly status: number; readonly by: string | null }>;
  /** Ends it as SIGTERM does, and waits until it has. */
  leave(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts a gateway, and waits until it listens.
 *
 * @param isWatched - Whether its events are followed, which costs it something with every call. Default: true.
 */
export async function startGateway(
  config: KeyswitchConfig,
  { isWatched = true }: { readonly isWatched?: boolean } = {},
): Promise<GatewayProcess> {
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-gateway-"));
  const path = join(directory, "keyswitch.json");
  writeFileSync(path, JSON.stringify(config));
  const child = spawn(process.execPath, [program, "serve", "--config", path, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.push(line);
      const { event, url: told } = JSON.parse(line) as { event?: string; url?: string };
      if (event === "listening" && told !== undefined) resolve(told);
    });
    child.once("close", () => reject(new Error(`The gateway has ended: ${log.join("\n")}`)));
  });
  const events: ToldEvent[] = [];
  const watching = new AbortController();
  if (isWatched) void follow(`${url}/admin/events`, events, watching.signal);

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    watching.abort();
    child.kill(signal);
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    process: child,
    url,
    events,
    log,
    get: async (place) => (await fetch(`${url}${place}`)).json(),
    text: async (place) => (await fetch(`${url}${place}`)).text(),
    ask: async (user) => {
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "hello" }], user }),
      });
      await answer.arrayBuffer();
      return { status: answer.status, by: answer.headers.get("x-keyswitch-credential") };
    },
    leave: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}

/** Reads a stream of server-sent events until it ends. */
async function follow(url: string, events: ToldEvent[], signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    let rest = "";
    for await (const text of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, name] = /^event: (.*)$/m.exec(block) ?? [];
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (name === undefined || data === undefined) continue;
        if (name === "settled" || name === "change") continue;
        const { at, ...event } = JSON.parse(data) as { at: string } & Record<string, unknown>;
        events.push({ name, at: Date.parse(at), event });
      }
    }
  } catch {
    // The gateway has ended.
  }
}
