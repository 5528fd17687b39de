import type { AnyStateNode } from "xstate";
import { credentialSlots } from "../../../machines/index.ts";
import { type Dialect, shownContext, stateValue, tagsOf } from "./dialect.ts";
import type { ShownEvent, ShownMachine, ShownState } from "./shown-machine.ts";

/** The messages of `@xstate/inspect` 0.8.0, in the forms of XState 4: it was made for that, and knows no other. */
export const xstateInspectDialect: Dialect = {
  asks: (text) => typeOf(text) === "xstate.inspecting",
  appeared: (machine) => [
    JSON.stringify({
      type: "service.register",
      sessionId: machine.session,
      id: machine.model,
      machine: definitionOf(machine),
      state: stateOf(machine.state(), { type: "xstate.init" }, machine),
    }),
  ],
  moved: (machine, { event, state }) => [
    JSON.stringify({ type: "service.event", sessionId: machine.session, event: JSON.stringify(scxmlEvent(event)) }),
    JSON.stringify({ type: "service.state", sessionId: machine.session, state: stateOf(state, event, machine) }),
  ],
  gone: ({ session }) => [JSON.stringify({ type: "service.stop", sessionId: session })],
};

function typeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}

function scxmlEvent(event: ShownEvent): object {
  return { name: event.type, data: event, $$type: "scxml", type: "external" };
}

/** Every field that XState 4's `State.create` reads. */
function stateOf(state: ShownState, event: ShownEvent, { session, credentials }: ShownMachine): string {
  return JSON.stringify({
    value: stateValue(state, credentials),
    context: shownContext(state),
    event,
    _event: scxmlEvent(event),
    _sessionid: session,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    configuration: [],
    transitions: [],
    children: {},
    done: false,
    tags: tagsOf(state),
    changed: true,
  });
}

function definitionOf({ credentials }: ShownMachine): string {
  const label = new Map(credentials.map((id, slot) => [`s${slot}`, id]));
  return JSON.stringify(nodeOf(credentialSlots(credentials.length).root, label));
}

type Transition = NonNullable<AnyStateNode["always"]>[number];

/** A state as XState 4 configures it. Actions are left out: a picture of the machine does nothing. */
function nodeOf(node: AnyStateNode, label: ReadonlyMap<string, string>): object {
  const { id, key, type, tags, initial, transitions, always = [], states } = node;
  return {
    id,
    key,
    type,
    description: label.get(key) ?? node.description,
    tags,
    ...(type === "compound" && { initial: initial.target[0]?.key }),
    on: Object.fromEntries([...transitions].map(([event, each]) => [event, each.map(transitionOf)])),
    always: always.map(transitionOf),
    states: Object.fromEntries(Object.values(states).map((state) => [state.key, nodeOf(state, label)])),
  };
}

function transitionOf({ target, reenter, guard }: Transition): object {
  return {
    target: target?.map(({ id }) => `#${id}`),
    internal: !reenter,
    ...(guard !== undefined && { cond: { type: "xstate.guard", name: nameOf(guard) } }),
  };
}

function nameOf(guard: NonNullable<Transition["guard"]>): string {
  if (typeof guard === "string" || typeof guard === "function") return typeof guard === "string" ? guard : guard.name;
  const { type, params } = guard as { readonly type: string; readonly params?: { readonly slot?: number } };
  return params?.slot === undefined ? type : `${type} ${params.slot}`;
}
