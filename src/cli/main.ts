#!/usr/bin/env node
import { explain, run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

const terminal = processTerminal();

process.on("uncaughtException", (error) => {
  process.exit(explain(error, terminal));
});

process.exitCode = await run(process.argv.slice(2), terminal);
