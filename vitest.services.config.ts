import { defineConfig } from "vitest/config";

/** The tests that need a real Redis and a real Chromium, one file at a time. One that is missing is a failure. */
export default defineConfig({
  test: {
    include: ["test/services/**/*.test.ts"],
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 180_000,
    pool: "forks",
    fileParallelism: false,
  },
});
