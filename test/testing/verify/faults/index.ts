import { callFaults } from "./calls.ts";
import { evidenceFaults } from "./evidence.ts";
import { failbackFaults } from "./failback.ts";
import type { Fault } from "./fault.ts";
import { moveFaults } from "./moves.ts";

/** Every fault that is seeded; the list grows with what goes wrong in the field. */
export const faults: readonly Fault[] = [...evidenceFaults, ...moveFaults, ...failbackFaults, ...callFaults];
