import type { CommandEntry } from "./command.ts";

/** Every command, in the order in which a newcomer meets them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "watch calls survive failing keys; needs no key and no configuration",
    load: async () => (await import("./demo.ts")).demo,
  },
  {
    name: "init",
    summary: "write a first configuration, by asking or from the environment",
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: "check",
    summary: "validate a configuration and print it with nothing left open",
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "serve",
    summary: "run the gateway",
    load: async () => (await import("./serve.ts")).serve,
  },
  {
    name: "status",
    summary: "see how a running gateway stands, and tell it what to do",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "inspect",
    summary: "see in a browser what a running gateway does, and did in the last hour",
    load: async () => (await import("./inspect.ts")).inspect,
  },
  {
    name: "migrate",
    summary: "turn an OpenViking ov.conf into a configuration of keyswitch",
    load: async () => (await import("./migrate.ts")).migrate,
  },
  {
    name: "classify",
    summary: "say what failures mean: error class, deciding rule, stated wait",
    load: async () => (await import("./classify.ts")).classify,
  },
  {
    name: "simulate",
    summary: "run a scenario through the real machines and engine, in virtual time",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  {
    name: "replay",
    summary: "take the machines through what a log recorded, and check them against it",
    load: async () => (await import("./replay.ts")).replay,
  },
  {
    name: "testgen",
    summary: "write tests for your own service from its configuration",
    load: async () => (await import("./testgen.ts")).testgen,
  },
  {
    name: "explore",
    summary: "tell what can happen to a model: each event in each state",
    load: async () => (await import("./explore.ts")).explore,
  },
  {
    name: "verify",
    summary: "check that a model, as it is configured, keeps what it promises",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "graph",
    summary: "draw a model's state machine, and how it stands",
    load: async () => (await import("./graph.ts")).graph,
  },
];
