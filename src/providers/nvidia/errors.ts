import type { ErrorTable } from "../../classify/index.ts";

/** NVIDIA NIM and build.nvidia.com. */
export const nvidiaErrors: ErrorTable = {
  provider: "nvidia",
  codes: {},
  texts: [
    {
      rule: "credits",
      class: "quota_exceeded",
      pattern: /(?:account|organization).{0,80}credits|cloud credits expired/,
    },
    { rule: "workers", class: "transient", pattern: /worker local total request limit|request limit reached/ },
    { rule: "function", class: "auth", pattern: /function .{0,80}not found/ },
  ],
};
