export { type Happening, happenings, type Source } from "./alphabet.ts";
export { type Fold, foldKey, foldOf, type Way } from "./fold.ts";
export { cover, type CoverPair, type CoverState, pairCover, type PairCover, type PairWatcher } from "./pair-cover.ts";
export { dueAt, type PureModel, pureModel, type Situation, type Step } from "./situation.ts";
