export { type Driver, type ExploredModel, type PureCall, realSubject, type Subject, type TurnEnd } from "./subject.ts";
export { smallScope } from "./small-scope.ts";
export { type Extent, type Reached, type Taken, walk, wayTo } from "./walk.ts";
export {
  type Act,
  type Answer,
  type Ended,
  firstWorld,
  type Happened,
  type Occurrence,
  perform,
  type Turned,
  type World,
} from "./world.ts";
