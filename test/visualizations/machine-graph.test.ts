import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getInitialSnapshot } from "xstate";
import {
  credentialSlots,
  type CredentialSlotsMachine,
  errorClasses,
  eventOf,
  type SlotsEvent,
  slotsInput,
} from "../../machines/index.ts";
import { breakerGraph } from "../../visualizations/breaker-graph.ts";
import { callGraph } from "../../visualizations/call-graph.ts";
import { delayedEvents, type GraphEdge, type MachineGraph, pathOf, take } from "../../visualizations/machine-graph.ts";
import { causeOfMove, type DrawnModel, modelGraph, shortModelGraph } from "../../visualizations/model-graph.ts";

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, slot) => `key-${slot}`);

const modelOf = (count: number, failback: Parameters<typeof slotsInput>[0]["failback"] = {}): DrawnModel => {
  const credentials = idsOf(count);
  return { id: "chat", credentials, failback: slotsInput({ credentials, failback }).policy };
};

const movesOf = ({ edges }: MachineGraph, wanted: (edge: GraphEdge) => boolean = () => true): string[] =>
  edges.filter(wanted).map(({ from, to, cause }) => `${from} → ${to}: ${cause}`);

const usualMoves = (graph: MachineGraph, ...causes: readonly string[]): string[] =>
  movesOf(graph, ({ usual, cause }) => usual && causes.includes(cause)).sort();

/** An event that may or may not mean something where it arrives. */
const anyEvent = fc.record({
  type: fc.constantFrom(
    "SUCCESS",
    "PROBE",
    "RELEASE",
    "RESET",
    "FAILBACK",
    "DISABLE",
    "ENABLE",
    "DUE",
    ...errorClasses.map(eventOf),
  ),
  slot: fc.nat(2),
  call: fc.constantFrom("x", "y"),
  first: fc.boolean(),
  routed: fc.boolean(),
  afterMs: fc.constantFrom(0, 0, 5000, 60_000),
});

describe("the graph of a model", () => {
  it("knows every move that the machine makes, whatever happens", () => {
    const known = new Set(movesOf(modelGraph(modelOf(3, { requests: 2 }))));
    const machine = credentialSlots(3);
    const { policy } = slotsInput({ credentials: idsOf(3), failback: { requests: 2 } });

    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 40, maxLength: 40 }), (happenings) => {
        let snapshot = getInitialSnapshot(machine, { policy, disabled: [false, false, false], at: 0 });
        for (const { type, afterMs, ...said } of happenings) {
          const { at, wakeAt, epoch } = snapshot.context;
          const isDue = type === "DUE" || at + afterMs >= wakeAt;
          const [due] = delayedEvents<CredentialSlotsMachine>(snapshot);
          const told = { ...said, type, epoch, until: at + 1000, at: at + afterMs } as SlotsEvent;
          for (const taken of take(machine, snapshot, isDue && due !== undefined ? due : told)) {
            const [from, to] = [pathOf(taken.before), pathOf(taken.after)];
            const cause = causeOfMove(taken, from, to);
            if (cause !== undefined) expect([...known]).toContain(`${from} → ${to}: ${cause}`);
            snapshot = taken.after;
          }
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it("draws only what the machine's definition has", () => {
    const machine: CredentialSlotsMachine = credentialSlots(3);
    const { edges } = modelGraph(modelOf(3));
    const targetsOf = (id: string): Set<string> => {
      const node = machine.getStateNodeById(`model.${id}`);
      const own = [node, ...ancestors(node)].flatMap((each) => [...each.transitions.values()].flat());
      return new Set([...own, ...(node.always ?? [])].flatMap(({ target }) => target?.map((each) => each.id) ?? []));
    };

    for (const { from, to } of edges) expect(targetsOf(from)).toContain(`model.${to}`);
  });

  it("goes down slot by slot, and comes back step by step", () => {
    const graph = modelGraph(modelOf(3));

    expect(usualMoves(graph, "failure", "timer", "counted")).toEqual([
      "s0.serving → s1.serving: failure",
      "s1.serving → s0.probing: counted",
      "s1.serving → s0.probing: timer",
      "s1.serving → s2.serving: failure",
      "s2.serving → exhausted: failure",
      "s2.serving → s1.probing: counted",
      "s2.serving → s1.probing: timer",
    ]);
    expect(graph.edges.find(({ cause }) => cause === "failure")?.label.replace("\n", " ")).toBe(
      "auth, quota_exceeded, transient, unknown",
    );
  });

  it("shows a model's own policy", () => {
    expect(usualMoves(shortModelGraph(modelOf(3, { strategy: "priority" })), "timer")).toEqual([
      "s1.serving → s0.probing: timer",
      "s2.serving → s0.probing: timer",
    ]);
    expect(movesOf(modelGraph(modelOf(2, { requests: 0 })), ({ cause }) => cause === "counted")).toEqual([]);
    expect(usualMoves(shortModelGraph(modelOf(2, { timeout: "60d" })), "timer")).toHaveLength(1);
  });

  it("has the same usual moves whether or not the others are asked for", () => {
    const usual = ({ edges }: MachineGraph): readonly string[] =>
      movesOf({ edges } as MachineGraph, (each) => each.usual);

    expect(usual(shortModelGraph(modelOf(3)))).toEqual(usual(modelGraph(modelOf(3))));
  });

  it("draws one credential, and refuses none", () => {
    expect(usualMoves(modelGraph(modelOf(1)), "failure", "recovery", "proved")).toEqual([
      "exhausted → s0.probing: recovery",
      "s0.probing → s0.serving: proved",
      "s0.serving → exhausted: failure",
    ]);
    expect(() => modelGraph({ ...modelOf(1), credentials: [] })).toThrow(RangeError);
  });
});

describe("the graph of a call", () => {
  it("ends in each of its six ends, and goes on to the next credential", () => {
    const { edges, nodes } = callGraph();
    const reached = new Set(edges.map(({ to }) => to));

    expect(nodes.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([]);
    expect(movesOf(callGraph())).toContain("attempting → attempting: next");
    expect(movesOf(callGraph())).toContain("attempting → allFailed: turned_away");
  });

  it("retries what is transient alone", () => {
    expect(callGraph().edges.find(({ to }) => to === "backingOff")?.events).toEqual(["TRANSIENT"]);
  });
});

describe("the graph of a circuit breaker", () => {
  it("opens, and closes through half open only", () => {
    expect(movesOf(breakerGraph()).sort()).toEqual([
      "closed → open: failed_in_a_row",
      "closed → open: tripped",
      "half_open → closed: proved",
      "half_open → open: probe_failed",
      "open → half_open: reset_timeout",
    ]);
  });
});

type Node = ReturnType<CredentialSlotsMachine["getStateNodeById"]>;

const ancestors = (node: Node): readonly Node[] =>
  node.parent === undefined ? [] : [node.parent, ...ancestors(node.parent)];
