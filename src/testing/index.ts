/** What a user's own tests are made of: scripted upstreams over real sockets, and scenarios in virtual time. */
export * from "./fake-provider/index.ts";
export { type CallReport, type Scenario, type ScenarioReport, simulate, type StepReport } from "./simulate/index.ts";
export { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
