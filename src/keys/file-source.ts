import { statSync } from "node:fs";
import { type Clock, systemClock } from "../engine/clock.ts";
import { KeyUnavailableError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { KeyFile } from "./key-reference.ts";
import type { KeyFault, KeySource } from "./key-source.ts";
import { readKeyFile } from "./read-key-file.ts";

/** How often a file is looked at, at most. */
const lookEveryMs = 1000;

/** For how long a file that cannot be read may be one that is just being written: its last key is used on. */
const graceMs = 5000;

/**
 * The key in a file, read again when the file changes.
 *
 * It is looked at when it is used, once a second at most, and not watched: watchers lose a mounted secret whose
 * directory is swapped by a symlink, miss network file systems, and hold a handle for each key that nobody uses. One
 * `stat` a second is cheaper, follows every link, and comes before the request that would have gone out with the old key.
 */
export function createFileSource({ file }: KeyFile, clock: Clock = systemClock): KeySource {
  let lookedAt = -Infinity;
  let version: string | undefined;
  let key: Secret | undefined;
  let trouble: (KeyFault & { readonly since: number }) | undefined;

  function look(): void {
    const now = clock.now();
    if (now - lookedAt < lookEveryMs) return;
    lookedAt = now;
    const found = versionOf(file);
    if (found !== undefined && found === version) return;
    version = found;
    const read = readKeyFile(file);
    if (Secret.is(read)) [key, trouble] = [read, undefined];
    else trouble = { ...read, since: trouble?.since ?? now };
  }
  function isUsable(): boolean {
    return key !== undefined && (trouble === undefined || clock.now() - trouble.since < graceMs);
  }

  return {
    current: () => {
      look();
      return key;
    },
    ready: () => {
      look();
      if (isUsable()) return undefined;
      return Promise.reject(new KeyUnavailableError({ source: "file", name: file, fault: trouble?.fault ?? "" }));
    },
    close: () => undefined,
  };
}

/** What is another after every change of a file, or of a link on the way to it. */
function versionOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch {
    return undefined;
  }
}
