#!/usr/bin/env node
// Imports nothing by itself, so that an older Node, which cannot read the rest, comes as far as this.
const oldest = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(`keyswitch needs Node ${oldest.join(".")} or later; this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { runProcess } = await import("./run-process.ts");
  await runProcess();
}
