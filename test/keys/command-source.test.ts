import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyUnavailableError } from "../../src/errors.ts";
import { createCommandSource } from "../../src/keys/command-source.ts";
import type { KeySource } from "../../src/keys/key-source.ts";
import { openCommandSource } from "../../src/keys/shared-commands.ts";
import { Secret } from "../../src/secret.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/virtual-clock.ts";

const root = mkdtempSync(join(tmpdir(), "keyswitch-"));
const opened: KeySource[] = [];
let clock: VirtualClock;
let directory: string;

beforeEach(() => {
  clock = createVirtualClock();
  directory = mkdtempSync(join(root, "run-"));
});

afterEach(() => {
  for (const source of opened.splice(0)) source.close();
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A real process that writes down that it ran, then does what the test says. */
const scripted = (script: string, ttl = "10m") => ({
  command: [
    process.execPath,
    ...["-e", `const fs = require("node:fs"); fs.appendFileSync("${directory}/runs", "x"); ${script}`].map((arg) =>
      Secret.verbatim(arg),
    ),
  ] as [string, ...Secret[]],
  ttl,
});
const runs = (): number => (existsSync(join(directory, "runs")) ? readFileSync(join(directory, "runs")).length : 0);
const printsCount = (): string => `console.log("token-" + fs.readFileSync("${directory}/runs").length)`;
/** Prints tokens while the file `works` is there. */
const printsWhileItWorks = (): string => `if (!fs.existsSync("${directory}/works")) process.exit(3); ${printsCount()}`;
const works = (does: boolean): void => {
  if (does) writeFileSync(join(directory, "works"), "");
  else rmSync(join(directory, "works"));
};

const sourceOf = (script: string, { ttl = "10m", timeoutMs = 20_000 } = {}): KeySource => {
  const source = createCommandSource(scripted(script, ttl), { clock, timeoutMs });
  opened.push(source);
  return source;
};
const keyOf = (source: KeySource): string | undefined => source.current()?.reveal();
const faultOf = async (source: KeySource): Promise<string> => {
  const error: unknown = await Promise.resolve(source.ready()).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(KeyUnavailableError);
  return (error as Error).message;
};
const minutesLater = (minutes: number): void => {
  const at = clock.now() + minutes * 60_000;
  while (clock.goTo(at)) continue;
};

describe("a key that a command prints", () => {
  it("is asked for when it is first used, not before", async () => {
    const source = sourceOf(printsCount());
    expect(keyOf(source)).toBeUndefined();
    expect(runs()).toBe(0);

    await source.ready();

    expect(keyOf(source)).toBe("token-1");
    expect(source.ready()).toBeUndefined();
  });

  it("is asked for once, however many wait for it", async () => {
    const source = sourceOf(printsCount());

    await Promise.all(Array.from({ length: 20 }, async () => source.ready()));

    expect(runs()).toBe(1);
  });

  it("is renewed in the background when 80 % of its time is over", async () => {
    const source = sourceOf(printsCount());
    await source.ready();

    minutesLater(7.9);
    expect(runs()).toBe(1);
    minutesLater(0.2);

    expect(source.ready()).toBeUndefined();
    expect(keyOf(source)).toBe("token-1");
    await expect.poll(() => keyOf(source), { timeout: 20_000 }).toBe("token-2");
  });

  it("is used until it expires while its renewal fails, and after that no more", async () => {
    works(true);
    const source = sourceOf(printsWhileItWorks());
    await source.ready();
    works(false);
    minutesLater(8);
    await expect.poll(runs, { timeout: 20_000 }).toBe(2);

    expect(source.ready()).toBeUndefined();
    expect(keyOf(source)).toBe("token-1");

    minutesLater(2);
    expect(await faultOf(source)).toContain("it exited with 3");
  });

  it("is not asked for again at once after a failure, and comes back by itself", async () => {
    const source = sourceOf(printsWhileItWorks());
    await faultOf(source);
    await faultOf(source);
    expect(runs()).toBe(1);

    works(true);
    clock.goTo(1000);
    await expect.poll(() => keyOf(source), { timeout: 20_000 }).toBe("token-2");

    expect(source.ready()).toBeUndefined();
  });

  it("is waited for with pauses that grow up to a minute", async () => {
    const source = sourceOf("process.exit(1)");
    await faultOf(source);
    const pauses: number[] = [];
    for (let run = 2; run <= 9; run += 1) {
      const startedAt = clock.now();
      const dueAt = clock.nextDueAt() ?? 0;
      pauses.push((dueAt - startedAt) / 1000);
      clock.goTo(dueAt);
      await expect.poll(() => clock.nextDueAt(), { timeout: 20_000 }).toBeDefined();
    }

    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(runs()).toBe(9);
  }, 60_000);

  it.each([
    ["exits with an error", "process.exit(7)", "it exited with 7"],
    [
      "is ended by a signal",
      "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 9)",
      "it was ended by SIGTERM",
    ],
    ["prints nothing", "console.log('  ')", "it printed nothing"],
    [
      "prints too much",
      "console.log('x'.repeat(70_000)); setInterval(() => {}, 9)",
      "it printed more than 65536 bytes",
    ],
    ["prints two lines", "console.log('a\\nb')", "it printed the character U+000A at position 2 of a key of 3"],
  ])("is not to be had from a command that %s", async (_what, script, fault) => {
    expect(await faultOf(sourceOf(script))).toBe(`The command "node" gives no key: ${fault}`);
  });

  it("is not to be had from a program that is not there", async () => {
    const source = createCommandSource({ command: ["/nowhere/print-token", Secret.verbatim("sk-planted")], ttl: "1m" });
    opened.push(source);

    expect(await faultOf(source)).toBe('The command "print-token" gives no key: it could not be started (ENOENT)');
  });

  it("is not waited for longer than a command may take, which is killed with all that it started", async () => {
    const child = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 9)"], { stdio: "inherit" })`;
    const source = sourceOf(`fs.writeFileSync("${directory}/pid", String(${child}.pid)); setInterval(() => {}, 9)`, {
      timeoutMs: 2000,
    });

    expect(await faultOf(source)).toContain("it did not end within 2 s");
    const pid = Number(readFileSync(join(directory, "pid"), "utf8"));
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  });

  it("is trimmed, and its command's errors are nobody's", async () => {
    const source = sourceOf(`console.error("sk-planted"); console.log("  token-1  \\n\\n")`);
    await source.ready();

    expect(keyOf(source)).toBe("token-1");
  });

  it("passes arguments as they are, since there is no shell", async () => {
    const argument = `$HOME; "a b" \`id\` *`;
    const source = createCommandSource(
      {
        command: [
          process.execPath,
          Secret.verbatim("-p"),
          Secret.verbatim("process.argv[1]"),
          Secret.verbatim(argument),
        ],
        ttl: "1m",
      },
      { clock, timeoutMs: 20_000 },
    );
    opened.push(source);
    await source.ready();

    expect(keyOf(source)).toBe(argument);
  });

  it("shows in no error what its command printed or was given", async () => {
    const source = sourceOf(`console.error("sk-planted"); console.log("sk-planted"); process.exit(1)`);
    const error: unknown = await Promise.resolve(source.ready()).catch((error: unknown) => error);

    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain("planted");
  });

  it("is asked for no more once it is closed", async () => {
    const source = sourceOf(printsCount());
    await source.ready();
    source.close();
    minutesLater(60);

    await expect(source.ready()).rejects.toThrow("it was stopped");
    expect(runs()).toBe(1);
  });

  it("is given up by those who wait when it is closed", async () => {
    const source = sourceOf("setInterval(() => {}, 9)");
    const waiting = faultOf(source);
    source.close();

    expect(await waiting).toContain("it was stopped");
  });
});

describe("commands in one process", () => {
  it("run once for all who have the same, until the last one closes it", async () => {
    const [one, other] = [openCommandSource(scripted(printsCount())), openCommandSource(scripted(printsCount()))];
    opened.push(one, other);
    await Promise.all([one.ready(), other.ready()]);
    one.close();
    one.close();

    expect([keyOf(one), keyOf(other), runs()]).toEqual(["token-1", "token-1", 1]);
    expect(other.ready()).toBeUndefined();

    other.close();
    const later = openCommandSource(scripted(printsCount()));
    opened.push(later);
    await later.ready();
    expect(keyOf(later)).toBe("token-2");
  });

  it("run apart where an argument differs", async () => {
    const [one, other] = [openCommandSource(scripted(printsCount())), openCommandSource(scripted(`${printsCount()};`))];
    opened.push(one, other);
    await Promise.all([one.ready(), other.ready()]);

    expect(runs()).toBe(2);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended, and that nobody has asked about, is still listed.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
