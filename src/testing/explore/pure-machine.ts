import {
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
  type EventFromLogic,
  getInitialSnapshot,
  type InputFrom,
  type SnapshotFrom,
} from "xstate";

/** A machine as a function: what it is at the start, and what follows from an event. It carries out no action. */
export interface PureMachine<Machine extends AnyStateMachine> {
  readonly start: SnapshotFrom<Machine>;
  readonly next: (snapshot: SnapshotFrom<Machine>, event: EventFromLogic<Machine>) => SnapshotFrom<Machine>;
}

const nothing = (): void => {};

/**
 * Makes a machine a function. XState's own `transition` does the same, but starts an actor for each event, which takes
 * many times as long as the transition.
 */
export function pureMachine<Machine extends AnyStateMachine>(
  machine: Machine,
  input: InputFrom<Machine>,
): PureMachine<Machine> {
  const self = createActor(machine, { input });
  const scope = {
    self,
    system: self.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  } as unknown as AnyActorScope;
  return {
    // The conditional type of the rest parameter is not resolved for a machine that is a type parameter.
    start: getInitialSnapshot<Machine>(machine, ...([input] as never)),
    next: (snapshot, event) => machine.transition(snapshot, event, scope) as SnapshotFrom<Machine>,
  };
}
