export type { Change } from "./ledger.ts";
export { migrateOpenViking } from "./migrate.ts";
export type { MigratedKey, Migration } from "./migrate.ts";
export { isOpenViking, normaliseOpenViking, parseOpenViking } from "./normalise.ts";
export type { NormalisedOpenViking, OpenVikingOptions } from "./normalise.ts";
