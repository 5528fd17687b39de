import { defineConfig } from "vitest/config";

/** The machines' examples: every mutant runs them, so the many sequences of the properties stay out. */
export default defineConfig({
  test: {
    include: ["test/machines/*.test.ts", "test/machines/credential-slots/*.test.ts"],
    exclude: ["test/machines/sizes.test.ts"],
    pool: "forks",
  },
});
