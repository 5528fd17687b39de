import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchConfig } from "../../src/gateway/config-watch.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keyswitch-"));
  path = join(directory, "keyswitch.yaml");
  writeFileSync(path, "one");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Changes something until that is told: the first look at a file only learns what is there. */
async function told(change: (time: number) => void, watched = path): Promise<void> {
  let time = 0;
  const changing = setInterval(() => change((time += 1)), 60);
  await new Promise<void>((resolve) => {
    const stop = watchConfig(
      watched,
      () => {
        stop();
        resolve();
      },
      { lookEveryMs: 10, settleMs: 20 },
    );
  });
  clearInterval(changing);
}

describe("watching a configuration", () => {
  it("tells that the file was written", async () => {
    await told((time) => writeFileSync(path, `written ${time}`));
  });

  it("tells that an editor has put another file in its place", async () => {
    await told((time) => {
      writeFileSync(`${path}~`, `saved ${time}`);
      renameSync(`${path}~`, path);
    });
  });

  it("tells that a link on the way was swapped, as for a mounted ConfigMap", async () => {
    const swap = (time: number): void => {
      mkdirSync(join(directory, `..${time}`));
      writeFileSync(join(directory, `..${time}`, "mounted.yaml"), "mounted");
      symlinkSync(`..${time}`, join(directory, "..data_tmp"));
      renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
    };
    swap(0);
    symlinkSync("..data/mounted.yaml", join(directory, "mounted.yaml"));

    await told(swap, join(directory, "mounted.yaml"));
  });

  it("tells that the file came that was not there", async () => {
    rmSync(path);

    await told((time) => writeFileSync(path, `came ${time}`));
  });

  it("says nothing after it has been ended", async () => {
    let times = 0;
    watchConfig(path, () => (times += 1), { lookEveryMs: 5, settleMs: 1 })();

    await told((time) => writeFileSync(path, `written ${time}`));

    expect(times).toBe(0);
  });
});
