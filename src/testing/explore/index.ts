export { type Happening, happenings, type Source } from "./alphabet.ts";
export { type Fold, foldKey, foldOf, type Way } from "./fold.ts";
export { cover, type CoverPair, type CoverState, pairCover, type PairCover, type PairWatcher } from "./pair-cover.ts";
export { type PureModel, pureModel, type Situation, type Step } from "./situation.ts";
export { breakerMatrix } from "./breaker-matrix.ts";
export { callMatrix } from "./call-matrix.ts";
export { exploredModel, explore, exploreModel, type Exploration, type ExploreOptions } from "./explore.ts";
export { type Cell, type CoverageMatrix, eventWords, matrixOf, type MatrixRow } from "./matrix.ts";
