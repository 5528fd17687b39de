import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonLines, mainFile } from "./command-line.ts";

/** `keyswitch serve` as a child process, in a directory of its own. */
export interface RunningGateway extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly url: string;
  readonly directory: string;
  /** All that it has written. */
  readonly written: () => string;
  /** The first line of its log with this event, now or later. */
  logged(event: string): Promise<Readonly<Record<string, unknown>>>;
  /** Writes its configuration anew. */
  write(config: object | string): void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

interface Setting {
  readonly args?: readonly string[];
  /** The port for the command line; undefined: as the configuration and `args` say. @default 0 */
  readonly port?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it on a free port and waits until it listens. */
export async function runGateway(config: object | string, setting: Setting = {}): Promise<RunningGateway> {
  const { args = [], env = {} } = setting;
  const port = "port" in setting ? setting.port : 0;
  const directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
  const write = (next: object | string): void =>
    writeFileSync(join(directory, "keyswitch.yaml"), typeof next === "string" ? next : JSON.stringify(next));
  write(config);
  const { PATH = "" } = process.env;
  const child = spawn(
    process.execPath,
    [mainFile, "serve", ...(port === undefined ? [] : ["--port", String(port)]), ...args],
    {
      cwd: directory,
      env: { PATH, ...env },
    },
  );
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);

  async function logged(event: string): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const whole = written.slice(0, written.lastIndexOf("\n") + 1);
      const found = jsonLines(whole).find((line) => line["event"] === event);
      if (found !== undefined) return found;
      await Promise.race([once(child.stdout, "data"), ended.then(() => Promise.reject(new Error(written)))]);
    }
  }

  const { url } = await logged("listening");
  return {
    child,
    url: String(url),
    directory,
    written: () => written,
    logged,
    write,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}
