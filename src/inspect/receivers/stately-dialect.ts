import { credentialSlots } from "../../../machines/index.ts";
import { type Dialect, shownContext, stateValue, tagsOf } from "./dialect.ts";
import type { ShownMachine, ShownState } from "./shown-machine.ts";

/** The release of `@statelyai/inspect` whose receivers this was tried with: they take it for a sign of their own kind. */
const spokenVersion = "0.7.2";

/** XState 5's inspection events, as receivers of `@statelyai/inspect` take them. */
export const statelyDialect: Dialect = {
  asks: undefined,
  appeared: (machine) => [
    frame("@xstate.actor", machine, {
      name: machine.model,
      definition: definitionOf(machine),
      snapshot: snapshotOf(machine.state(), machine),
    }),
  ],
  moved: (machine, { event, state }) => [
    frame("@xstate.event", machine, { event }),
    frame("@xstate.snapshot", machine, { event, snapshot: snapshotOf(state, machine) }),
  ],
  gone: (machine) => [
    frame("@xstate.snapshot", machine, {
      event: { type: "xstate.stop" },
      snapshot: { ...snapshotOf(machine.state(), machine), status: "stopped" },
    }),
  ],
};

function frame(type: string, { session }: ShownMachine, fields: object): string {
  return JSON.stringify({
    type,
    sessionId: session,
    rootId: session,
    id: null,
    createdAt: String(Date.now()),
    _version: spokenVersion,
    ...fields,
  });
}

function snapshotOf(state: ShownState, { credentials }: ShownMachine): object {
  return {
    status: "active",
    value: stateValue(state, credentials),
    context: shownContext(state),
    tags: tagsOf(state),
    children: {},
    historyValue: {},
  };
}

/** The machine's own configuration, its slots labelled with their credentials' ids. Functions are not in JSON. */
function definitionOf({ credentials }: ShownMachine): string {
  const { config } = credentialSlots(credentials.length);
  const slots = credentials.map((id, slot) => [`s${slot}`, { ...config.states?.[`s${slot}`], description: id }]);
  return JSON.stringify({ ...config, states: { ...config.states, ...Object.fromEntries(slots) } });
}
