import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Puts a text in a file's place as a whole: whoever reads it, also after a crash or a power cut, finds the old text or
 * the new one. Only its owner may read it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const written = `${path}.new`;
  // A process that was killed may have left one, and a stranger a link.
  await rm(written, { force: true });
  const file = await open(written, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, path);
  await syncDirectory(dirname(path));
}

/** The new name lasts once its directory is on the disk. */
async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and orders these writes itself.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
