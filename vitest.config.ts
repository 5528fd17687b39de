import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/services/**"],
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 180_000,
    pool: "forks",
  },
});
