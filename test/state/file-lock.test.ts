import { statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { createFileLock } from "../../src/state/file-lock.ts";
import { stateFile } from "./state-files.ts";

const born = "1";
const token = "another's";

describe("the lock of a state file", () => {
  it("is one's at a time, in one process too", () => {
    const path = stateFile();
    const [first, second] = [createFileLock(path), createFileLock(path)];

    expect(first.take()).toBeUndefined();
    expect(second.take()).toMatchObject({ pid: process.pid, host: hostname() });
    second.release();
    expect(first.take()).toBeUndefined();
    first.release();
    expect(second.take()).toBeUndefined();
    expect(first.take()).toMatchObject({ pid: process.pid });
  });

  it("is readable by its owner alone", () => {
    const path = stateFile();
    createFileLock(path).take();

    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["whose process is gone", { host: hostname(), pid: 2 ** 30, born, token }],
    ["whose process number is another's now", { host: hostname(), pid: process.pid, born, token }],
    ["that is no lock", { pid: process.pid }],
  ])("is taken from one %s", (_, holder) => {
    const path = stateFile();
    writeFileSync(path, JSON.stringify(holder));

    expect(createFileLock(path).take()).toBeUndefined();
  });

  it("is taken from one that did not live to finish it", () => {
    const path = stateFile();
    writeFileSync(path, '{"host":');

    expect(createFileLock(path).take()).toBeUndefined();
  });

  it("is left to another host that gives signs of life, and taken from one that is silent for a minute", () => {
    const path = stateFile();
    writeFileSync(path, JSON.stringify({ host: `not-${hostname()}`, pid: 1, born, token }));
    const lock = createFileLock(path);

    expect(lock.take()).toMatchObject({ host: `not-${hostname()}`, pid: 1 });
    const silentSince = new Date(Date.now() - 61_000);
    utimesSync(path, silentSince, silentSince);
    expect(lock.take()).toBeUndefined();
  });
});
