import { unwatchFile, watchFile } from "node:fs";

/** How a file is watched. */
export interface WatchOptions {
  /** Time between two looks. @default 1000 */
  readonly lookEveryMs?: number | undefined;
  /** Time without a further change before it is told, since an editor may write in pieces. @default 200 */
  readonly settleMs?: number | undefined;
}

/**
 * Tells when another content may stand under a path, whatever happens there: the file is written, replaced by a rename,
 * away for a moment, or reached through a link that is swapped, as Kubernetes does with a mounted ConfigMap.
 *
 * It looks by itself and is not told by the system: watches end with the file that they were set on, and do not see
 * through links, network file systems and container mounts. It does not keep the process alive.
 *
 * @returns What ends it.
 */
export function watchConfig(
  path: string,
  changed: () => void,
  { lookEveryMs = 1_000, settleMs = 200 }: WatchOptions = {},
): () => void {
  let settling: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(settling);
    settling = setTimeout(changed, settleMs).unref();
  };
  watchFile(path, { interval: lookEveryMs, persistent: false }, look);
  return () => {
    unwatchFile(path, look);
    clearTimeout(settling);
  };
}
