import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync } from "node:fs";
import type { Learned } from "../engine/heritage.ts";
import { createFileLock, type LockHolder } from "./file-lock.ts";
import { replaceFile } from "./replace-file.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "./snapshot.ts";
import type { SavedModel, StateStore } from "./store.ts";

/** How long after it was learned something is written down, with all that was learned meanwhile. */
const delaysMs: Readonly<Record<Learned, number>> = { move: 250, count: 5000 };

/** After this time without a write the file is looked after again: to show that it is ours, or whether it can be. */
const restMs = 10_000;

/**
 * A store of one file, which a single process writes. One that finds it in use begins with what it holds, and writes
 * once the other has ended. Whatever is wrong with it is told as a warning, and nothing else happens.
 *
 * @param warn - Told what is wrong, once while it lasts.
 */
export function fileStore(path: string, warn: (text: string) => void): StateStore {
  const lock = createFileLock(`${path}.lock`);
  const saves = new Map<string, () => SavedModel>();
  let isNews = false;
  let told: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let writing: Promise<void> | undefined;

  const mayWrite = prepare();
  const { salt, models } = read() ?? { salt: randomBytes(32).toString("base64url"), models: [] };
  const known = new Map(models);

  function tell(trouble: string): void {
    if (trouble !== told) warn(`The state file ${path} ${trouble}`);
    told = trouble;
  }

  /** Makes sure that the file is ours to write. */
  function prepare(): boolean {
    try {
      const holder = lock.take();
      if (holder !== undefined) tell(`is in use by ${holderText(holder)}: nothing is saved here until that has ended`);
      return holder === undefined;
    } catch (error) {
      tell(`cannot be written (${codeOf(error)}): what is learned is lost with this process`);
      return false;
    }
  }

  function read(): Snapshot | undefined {
    try {
      // A pipe would keep the start waiting for ever.
      if (!statSync(path).isFile()) return startFresh("is no file");
      const found = decodeSnapshot(readFileSync(path, "utf8"));
      return "fault" in found ? startFresh(found.fault, keepAside()) : found;
    } catch (error) {
      return codeOf(error) === "ENOENT" ? undefined : startFresh(`cannot be read (${codeOf(error)})`);
    }
  }
  function startFresh(fault: string, kept = ""): undefined {
    warn(`The state file ${path} ${fault}: every credential starts fresh${kept}`);
  }
  /** It may be another's, by a slip of the path, or a newer release's. */
  function keepAside(): string {
    if (!mayWrite) return "";
    try {
      renameSync(path, `${path}.unusable`);
      return `; it is kept as ${path}.unusable`;
    } catch {
      return "";
    }
  }

  function schedule(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void look(), delayMs).unref();
  }
  async function look(): Promise<void> {
    dueAt = Infinity;
    // A slow disk gets one write at a time.
    if (writing !== undefined) return schedule(delaysMs.move);
    writing = write();
    await writing;
    writing = undefined;
    schedule(restMs);
  }
  async function write(): Promise<void> {
    if (!prepare() || !isNews) return;
    isNews = false;
    try {
      await replaceFile(path, encodeSnapshot({ salt, models: [...saves].map(([id, save]) => [id, save()]) }));
      told = undefined;
    } catch (error) {
      isNews = true;
      tell(`cannot be written (${codeOf(error)}): what is learned is lost with this process`);
    }
  }

  return {
    salt: Buffer.from(salt, "base64url"),
    load: (model) => {
      const saved = known.get(model);
      known.delete(model);
      return saved;
    },
    publish: (model, save, learned) => {
      saves.set(model, save);
      isNews = true;
      schedule(delaysMs[learned]);
    },
    forget: (model) => {
      known.delete(model);
      saves.delete(model);
      isNews = true;
      schedule(delaysMs.move);
    },
    join: () => undefined,
    health: () => ({ kind: "file", trouble: told }),
    synced: Promise.resolve(),
    close: async () => {
      clearTimeout(timer);
      dueAt = -Infinity;
      await writing;
      isNews = saves.size > 0;
      await write();
      lock.release();
    },
  };
}

function holderText({ host, pid }: LockHolder): string {
  return pid === process.pid ? "another keyswitch of this process" : `process ${pid} on ${host}`;
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
}
