/** What a user's own tests are made of: scripted upstreams over real sockets, and scenarios in virtual time. */
export {
  breakerMatrix,
  callMatrix,
  type CoverageMatrix,
  type CoverPair,
  type CoverState,
  type Exploration,
  explore,
  type ExploreOptions,
  type Fold,
  pairCover,
  type PairCover,
} from "./explore/index.ts";
export * from "./fake-provider/index.ts";
export {
  type Difference,
  type Divergence,
  type Incident,
  type IncidentScenario,
  incidentsOf,
  replay,
  type ReplayedChange,
  type ReplayReport,
} from "./replay/index.ts";
export {
  type CallReport,
  compareScenario,
  type Comparison,
  type OutageReport,
  type Scenario,
  type ScenarioReport,
  type ScenarioSummary,
  simulate,
  type Spread,
  type StepReport,
  type VariantReport,
} from "./simulate/index.ts";
export { createStillClock, type StillClock } from "./still-clock.ts";
export {
  createStoryPlayer,
  loadScriptedConfig,
  type ServiceUnderTest,
  type Stage,
  type Story,
  type StoryOutcome,
  type StoryStep,
  testgen,
  type TestgenFile,
  type TestgenOptions,
  type Word,
} from "./testgen/index.ts";
export {
  type Counterexample,
  type RealDifference,
  type RealOptions,
  type RealVerification,
  type UserInvariant,
  type Verification,
  type VerifiedState,
  type VerifiedStep,
  verify,
  type VerifyOptions,
  verifyReal,
} from "./verify/index.ts";
export { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
