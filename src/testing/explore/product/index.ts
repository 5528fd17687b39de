export { actsIn, type Bounds } from "./acts.ts";
export { knowledge, sameness } from "./same.ts";
export {
  type Driver,
  type ExploredModel,
  faithfulDriver,
  type PureCall,
  realSubject,
  type Subject,
  type TurnEnd,
} from "./subject.ts";
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
