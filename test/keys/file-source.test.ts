import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { KeyUnavailableError } from "../../src/errors.ts";
import { createFileSource } from "../../src/keys/file-source.ts";
import type { KeySource } from "../../src/keys/key-source.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/virtual-clock.ts";

const root = mkdtempSync(join(tmpdir(), "keyswitch-"));
let clock: VirtualClock;
let directory: string;
let file: string;

beforeEach(() => {
  clock = createVirtualClock();
  directory = mkdtempSync(join(root, "keys-"));
  file = join(directory, "key");
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

const keyOf = (source: KeySource): string | undefined => source.current()?.reveal();
const oneSecondLater = (): void => {
  clock.goTo(clock.now() + 1000);
};

describe("a key in a file", () => {
  it("is there without waiting", () => {
    writeFileSync(file, "sk-1\n");
    const source = createFileSource({ file }, clock);

    expect(source.ready()).toBeUndefined();
    expect(keyOf(source)).toBe("sk-1");
  });

  it("is read again a second after it was last looked at", () => {
    writeFileSync(file, "sk-1");
    const source = createFileSource({ file }, clock);
    source.current();
    writeFileSync(file, "sk-2");

    expect(keyOf(source)).toBe("sk-1");
    oneSecondLater();
    expect(keyOf(source)).toBe("sk-2");
  });

  it("is read again when another file of the same size takes its place", () => {
    writeFileSync(file, "sk-1");
    const source = createFileSource({ file }, clock);
    source.current();
    writeFileSync(`${file}.new`, "sk-2");
    renameSync(`${file}.new`, file);
    oneSecondLater();

    expect(keyOf(source)).toBe("sk-2");
  });

  it("follows a mounted secret, whose directory is swapped by a symlink", () => {
    for (const version of ["1", "2"]) {
      mkdirSync(join(directory, `..${version}`));
      writeFileSync(join(directory, `..${version}`, "key"), `sk-${version}`);
    }
    symlinkSync("..1", join(directory, "..data"));
    symlinkSync(join("..data", "key"), file);
    const source = createFileSource({ file }, clock);
    expect(keyOf(source)).toBe("sk-1");

    symlinkSync("..2", join(directory, "..data_tmp"));
    renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
    oneSecondLater();

    expect(keyOf(source)).toBe("sk-2");
  });

  it("is used on while its file is being written", async () => {
    writeFileSync(file, "sk-1");
    const source = createFileSource({ file }, clock);
    source.current();
    writeFileSync(file, "");
    oneSecondLater();

    expect(source.ready()).toBeUndefined();
    expect(keyOf(source)).toBe("sk-1");

    clock.goTo(clock.now() + 5000);
    await expect(source.ready()).rejects.toThrow(`The file "${file}" gives no key: it is empty`);

    writeFileSync(file, "sk-2");
    oneSecondLater();
    expect(source.ready()).toBeUndefined();
    expect(keyOf(source)).toBe("sk-2");
  });

  it("is used no more a few seconds after its file is gone", async () => {
    writeFileSync(file, "sk-1");
    const source = createFileSource({ file }, clock);
    source.current();
    rmSync(file);
    oneSecondLater();
    expect(source.ready()).toBeUndefined();

    clock.goTo(clock.now() + 5000);

    await expect(source.ready()).rejects.toBeInstanceOf(KeyUnavailableError);
    await expect(source.ready()).rejects.toThrow("it cannot be read (ENOENT)");
  });

  it("is told by what is wrong with it, never by what it is", async () => {
    writeFileSync(file, "sk-planted\nsk-planted");
    const source = createFileSource({ file }, clock);

    await expect(source.ready()).rejects.toThrow("it holds the character U+000A at position 11 of a key of 21");
    await expect(source.ready()).rejects.not.toThrow("planted");
  });
});
