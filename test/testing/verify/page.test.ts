import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verify, type VerifiedState } from "../../../src/testing/index.ts";

const page = readFileSync(new URL("../../../docs/verification.md", import.meta.url), "utf8");

const fence = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "msu").exec(page)?.[1] ?? "";

/** Runs a fence's code, and gives what it exports or binds. */
const run = (code: string, result: string, given: Readonly<Record<string, unknown>> = {}): unknown =>
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  new Function(...Object.keys(given), `${code}\nreturn ${result};`)(...Object.values(given));

describe("the page on verification", () => {
  it("lists what is checked, in order and in the same words", () => {
    const rows = [...page.matchAll(/^\| ([IS]\d+) +\| (.+?) +\|$/gmu)].map(([, name, says]) => ({ name, says }));

    expect(rows).toEqual(verify({ credentials: ["a"] }, { transitions: 10 }).checked);
  });

  it("shows a rule of one's own that is broken as it says", () => {
    const invariants = run(fence("js").replace("export ", ""), "invariants") as readonly {
      name: string;
      holds: (state: VerifiedState) => boolean;
    }[];
    const { counterexample } = verify({ credentials: ["main", "spare"] }, { invariants, transitions: 2_000 });

    expect(counterexample?.invariant).toBe("one is enough");
    for (const line of counterexample?.story ?? ["no story"]) expect(page).toContain(line);
    expect(JSON.stringify(counterexample?.scenario?.["steps"])).toBe(/"steps":(\[.*\])\}$/mu.exec(page)?.[1]);
  });

  it("shows a test of one's own that passes", () => {
    const code = fence("ts").replace(/^import .*$/mu, "");

    expect(run(code, "holds", { verify })).toBe(true);
  });
});
