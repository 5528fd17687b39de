import { defineConfig } from "vitest/config";

/** The machines' own tests, with few sequences a property: every mutant runs them. */
export default defineConfig({
  test: {
    include: ["test/machines/**/*.test.ts"],
    exclude: ["test/machines/reference/**"],
    env: { PROPERTY_RUNS: "300" },
    pool: "forks",
  },
});
