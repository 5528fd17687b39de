import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** A fresh project that has installed the packed package, as npm would lay it out. */
export interface Consumer extends AsyncDisposable {
  readonly folder: string;
  write(path: string, text: string): Promise<void>;
  /** Runs a program of the project's; rejects with its output when it fails. */
  run(program: "node" | "tsc", args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

/**
 * Packs the package and unpacks it into a new folder, beside links to the dependencies that its manifest names and to
 * what the consumer itself depends on. Nothing is fetched.
 */
export async function createConsumer(ownDependencies: readonly string[]): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "keyswitch-consumer-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const tarball = join(folder, (JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }])[0].filename);
  const installed = join(folder, "node_modules", "keyswitch");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"]);

  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of new Set([...Object.keys(manifest.dependencies), ...ownDependencies])) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name), link);
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));

  const programs = {
    node: process.execPath,
    tsc: join(root, "node_modules", ".bin", "tsc"),
  };
  return {
    folder,
    write: async (path, text) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    run: async (program, args, env = {}) => {
      const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
      const { stdout: output } = await run(programs[program], [...args], {
        cwd: folder,
        env: { ...process.env, PATH: path, ...env },
        timeout: 60_000,
      });
      return output;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
