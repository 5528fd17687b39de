import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/*
 * By hand, since the libraries judge a lock by its age alone: after a `kill -9` they would keep the next start waiting
 * for as long as a holder may stay silent.
 */

/** Who holds a lock. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  /** Tells the process from a later one with its number; `null` where the system does not say. */
  readonly born: string | null;
  /** Tells the locks of one process apart. */
  readonly token: string;
}

/** The right to write a file, for one at a time. */
export interface FileLock {
  /**
   * Takes the lock, or gives a sign of life where it is ours already. One whose process is dead is taken over.
   *
   * @returns who holds it instead; `undefined`: it is ours.
   * @throws the file system's error where it can be neither read nor written.
   */
  take(): LockHolder | undefined;
  /** Gives it back, where it is ours. */
  release(): void;
}

/** Of a process on another host only its lock's age is known. */
const longestSilenceMs = 60_000;

/** Makes the lock that lies in a file. */
export function createFileLock(path: string): FileLock {
  const self: LockHolder = { host: hostname(), pid: process.pid, born: birthOf(process.pid), token: randomUUID() };
  const isOurs = (holder: LockHolder | undefined): boolean => holder?.token === self.token;

  return {
    take: () => {
      const holder = readHolder(path);
      if (isOurs(holder)) {
        utimesSync(path, new Date(), new Date());
        return undefined;
      }
      if (holder !== undefined && isAlive(holder, path)) return holder;
      rmSync(path, { force: true });
      try {
        writeFileSync(path, JSON.stringify(self), { flag: "wx", mode: 0o600 });
      } catch (error) {
        if (!isCode(error, "EEXIST")) throw error;
      }
      // Two that find a dead one's lock at once may both get this far; whoever came last has it, and the other sees it.
      const winner = readHolder(path);
      return isOurs(winner) ? undefined : winner;
    },
    release: () => {
      try {
        if (isOurs(readHolder(path))) rmSync(path, { force: true });
      } catch {
        // It is found dead by whoever wants it next.
      }
    },
  };
}

/** `undefined`: there is none, or one that its process did not live to finish. */
function readHolder(path: string): LockHolder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isHolder(value: unknown): value is LockHolder {
  return typeof value === "object" && value !== null && "token" in value && "host" in value && "pid" in value;
}

function isAlive({ host, pid, born }: LockHolder, path: string): boolean {
  if (host !== hostname()) return Date.now() - statSync(path).mtimeMs < longestSilenceMs;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if (!isCode(error, "EPERM")) return false;
  }
  return born === null || born === birthOf(pid);
}

/** When a process began, in ticks since the boot: field 22 of Linux's proc_pid_stat(5), the 20th after its name. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
