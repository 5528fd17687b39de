import { defineConfig } from "vitest/config";

/**
 * Rooms whose files need no process of their own: a worker goes through many of them, and loads what they share once.
 * The others start children, look at what is the whole process's, or explore for so long that they feel what ran before
 * in their process: test/testing/verify took several times as long behind others.
 */
const sharing = [
  "test/{ai-sdk,classify,config,engine,gateway,inspect,keys,machines,providers,transport,visualizations}/**/*.test.ts",
];

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 180_000,
    // What begins by starting a process waits for it on a busy machine as a test does.
    hookTimeout: 180_000,
    pool: "forks",
    // All cores: without it one is left to vitest itself, which does next to nothing, and of two one idles.
    maxWorkers: "100%",
    projects: [
      { extends: true, test: { name: "sharing", include: sharing, isolate: false } },
      {
        extends: true,
        test: {
          name: "apart",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/services/**", ...sharing],
        },
      },
    ],
  },
});
