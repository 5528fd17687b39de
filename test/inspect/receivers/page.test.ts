import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";

const page = await readFile(new URL("../../../docs/ecosystem-inspectors.md", import.meta.url), "utf8");

/** The page's programs by the name in their first line, with what they import at its place here. */
const programs = [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```/gms)].map(([, name = "", code = ""]) => ({
  name,
  code: code.replaceAll(/from "([^"]+)"/g, (_, specifier: string) => `from "${placeOf(specifier)}"`),
}));

function placeOf(specifier: string): string {
  if (specifier === "keyswitch") return new URL("../../../src/index.ts", import.meta.url).href;
  if (specifier === "keyswitch/inspect") return new URL("../../../src/inspect/index.ts", import.meta.url).href;
  return import.meta.resolve(specifier);
}

/** Starts one of them, and collects its lines. */
function start(directory: string, name: string, ...args: readonly string[]): readonly string[] {
  const child: ChildProcess = spawn(process.execPath, [name, ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const lines: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return lines;
}

it("docs/ecosystem-inspectors.md has a bridge and a receiver that meet", async () => {
  const directory = await mkdtemp(join(tmpdir(), "keyswitch-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const credentials = ["primary", "spare"].map((id) => ({ id, provider: "openai", api_key: "sk-planted" }));
  await writeFile(join(directory, "keyswitch.yaml"), JSON.stringify({ models: { chat: { model: "m", credentials } } }));
  // The page's bridge has no traffic of its own: a key dies as soon as somebody looks.
  const traffic = `
    const chat = keyswitch.model("chat");
    setInterval(() => {
      if (bridge.receivers === 0 || chat.active() !== "primary") return;
      void chat.call(({ credential }) => {
        if (credential.id === "primary") throw Object.assign(new Error("no"), { status: 401 });
      });
    }, 20);`;
  for (const { name, code } of programs) {
    await writeFile(join(directory, name), name === "bridge.ts" ? `${code}${traffic}` : code);
  }

  const [bridge, timeout] = [start(directory, "bridge.ts"), 30_000];
  await expect.poll(() => bridge.length, { timeout }).toBe(2);
  const receiver = start(directory, "receiver.ts", bridge[0] ?? "");
  await expect.poll(() => receiver.length, { timeout }).toBeGreaterThan(0);

  expect(bridge[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/stately\?token=[\w-]{32}$/);
  expect(bridge[1]).toMatch(/^127\.0\.0\.1:\d+\/xstate-inspect\?token=[\w-]{32}$/);
  expect(receiver[0]).toMatch(/^AUTH \{"status":"active","value":\{"s1":"serving"\}/);
});
