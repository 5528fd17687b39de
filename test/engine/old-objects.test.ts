import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "old-objects.ts");

/** What a program of a few thousand calls leaves anyway, such as its compiled code, comes to about a hundred bytes a call. */
const mostBytes = 400;

describe("a call that has ended", () => {
  it.each(["call", "stream", "fetch"])(
    "by %s leaves nothing that stays until the whole heap is collected",
    async (way) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--no-warnings", program, way]);

      expect(Number(stdout)).toBeLessThan(mostBytes);
    },
  );
});
