import { explain, run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

/** Carries out the command line that the process was started with. */
export async function runProcess(): Promise<void> {
  const terminal = processTerminal();
  process.on("uncaughtException", (error) => {
    process.exit(explain(error, terminal));
  });
  process.exitCode = await run(process.argv.slice(2), terminal);
}
