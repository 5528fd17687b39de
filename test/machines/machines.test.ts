import { describe, expect, it } from "vitest";
import { createActor, SimulatedClock, type StateValue } from "xstate";
import { getShortestPaths } from "xstate/graph";
import {
  breakerDefaults,
  type BreakerEvent,
  call,
  type CallEvent,
  circuitBreaker,
  credentialSlots,
  type SlotsEvent,
  slotsInput,
} from "../../machines/index.ts";
import { credentials } from "./credential-slots/model.ts";

const retry = { maxRetries: 1, baseDelayMs: 1, maxDelayMs: 1, jitter: "none" } as const;

const slotsOf = (count: number) => slotsInput({ credentials: credentials(count) });
const startOf = (count: number) =>
  createActor(credentialSlots(count), { input: { ...slotsOf(count), at: 0 } }).getSnapshot().context;

const machines = [
  ["credentialSlots", credentialSlots(3).config],
  ["call", call(3).config],
  ["circuitBreaker", circuitBreaker().config],
] as const;

/** Every value of a configuration, however deep, with the keys that lead there. */
function* parts(value: unknown, path: readonly string[] = []): Generator<readonly [string, unknown]> {
  yield [path.join("."), value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) yield* parts(each, [...path, key]);
}

/** The states that can be reached, each named by its value. */
const reached = (paths: readonly { readonly state: { readonly value: StateValue } }[]): Set<string> =>
  new Set(paths.map(({ state: { value } }) => JSON.stringify(value)));

describe("every machine", () => {
  it.each([0, 51, -1, 1.5, Number.NaN, Infinity])("refuses %d slots", (count) => {
    const wanted = `found ${count} credential slots; wanted 1 to 50`;

    expect(() => credentialSlots(count)).toThrow(new RangeError(`credentialSlots: ${wanted}`));
    expect(() => call(count)).toThrow(new RangeError(`call: ${wanted}`));
  });

  it("refuses an input for another number of slots than its own", () => {
    const { status, error } = createActor(credentialSlots(2), { input: slotsOf(3) }).getSnapshot();

    expect(status).toBe("error");
    expect(error).toEqual(new RangeError("credentialSlots(2): found an input for 3 credential slots"));
  });

  it("is built once and shared, but for a clock or a random of one's own", () => {
    const now = () => 7;

    expect(credentialSlots(4)).toBe(credentialSlots(4));
    expect(credentialSlots(4, { now })).not.toBe(credentialSlots(4));
    expect(circuitBreaker()).toBe(circuitBreaker());
    expect(circuitBreaker({ now })).not.toBe(circuitBreaker());
    expect(call(4, { random: () => 0 })).not.toBe(call(4));
  });

  it("reads the time itself where an event does not tell it", () => {
    let time = 5;
    const actor = createActor(credentialSlots(2, { now: () => time }), { input: slotsOf(2) }).start();
    expect(actor.getSnapshot().context.at).toBe(5);
    time = 12;

    actor.send({ type: "AUTH", call: "a-call", slot: 0, epoch: 0 });

    expect(actor.getSnapshot().context).toMatchObject({ at: 12, servingSince: 12 });
    actor.stop();
  });

  it("runs on any clock that XState knows", () => {
    const clock = new SimulatedClock();
    const machine = credentialSlots(2, { now: () => clock.now() });
    const actor = createActor(machine, { clock, input: slotsOf(2) }).start();
    clock.increment(50_000);
    actor.send({ type: "AUTH", call: "a-call", slot: 0, epoch: 0 });

    clock.increment(599_999);
    expect(actor.getSnapshot().value).toEqual({ s1: "serving" });
    clock.increment(1);

    expect(actor.getSnapshot().value).toEqual({ s0: "probing" });
    actor.stop();
  });

  it.each(machines)("names every action, guard and delay of %s", (_, config) => {
    for (const [path, value] of parts(config)) {
      const isOwn = path === "context" || path.endsWith("output");
      if (!isOwn) expect(value, path).not.toBeTypeOf("function");
    }
  });
});

describe("every state can be reached", () => {
  it("of credential slots", () => {
    const told = { call: "a-call", first: true, at: 0 } as const;
    const paths = getShortestPaths(credentialSlots(3), {
      input: { ...slotsOf(3), at: 0 },
      events: ({ context: { epoch } }): SlotsEvent[] => [
        ...[0, 1, 2].flatMap((slot): SlotsEvent[] => [
          { type: "AUTH", slot, epoch, ...told },
          { type: "SUCCESS", slot, epoch, ...told },
        ]),
        { type: "DISABLE", slot: 0, at: 0 },
        { type: "DISABLE", slot: 1, at: 0 },
        { type: "FAILBACK", at: 0 },
        { type: "PROBE", call: "a-call", until: 1_000, at: 0 },
      ],
      serializeState: ({ value, context: { home, probe, slots } }) =>
        JSON.stringify([value, home, probe, slots.map(({ disabled }) => disabled)]),
    });

    expect(reached(paths)).toEqual(
      new Set([
        ...[0, 1, 2].map((slot) => `{"s${slot}":"serving"}`),
        ...[0, 1, 2].map((slot) => `{"s${slot}":"probing"}`),
        '"exhausted"',
      ]),
    );
  });

  it("of a call", () => {
    const slots = startOf(2);
    const events: CallEvent[] = [
      { type: "TRANSIENT", slots, at: 0 },
      { type: "AUTH", slots, at: 0 },
      { type: "PERMANENT" },
      { type: "FIRST_ITEM" },
      { type: "SUCCESS" },
      { type: "CANCEL" },
      { type: "DEADLINE" },
    ];
    const paths = getShortestPaths(call(2), {
      input: { slots, at: 0, retry },
      events,
      serializeState: ({ value, context: { tried, retries, committed } }) =>
        JSON.stringify([value, tried, retries, committed]),
    });

    expect(reached(paths)).toEqual(
      new Set(
        ["attempting", "backingOff", "served", "failedFast", "allFailed", "interrupted", "cancelled", "timedOut"].map(
          (state) => JSON.stringify(state),
        ),
      ),
    );
  });

  it("of a circuit breaker", () => {
    const paths = getShortestPaths(circuitBreaker(), {
      input: { policy: breakerDefaults, at: 0 },
      events: ({ context: { ticket } }): BreakerEvent[] => [
        { type: "FAILURE", class: "auth", ticket, at: 0 },
        // What the clock sends.
        { type: "xstate.after.resetTimeout.breaker.open" } as unknown as BreakerEvent,
      ],
      serializeState: ({ value, context: { ticket } }) => JSON.stringify([value, Math.min(ticket, 3)]),
    });

    expect(reached(paths)).toEqual(new Set(['"closed"', '"open"', '"half_open"']));
  });
});

describe("what a machine knows survives JSON", () => {
  const settled = <Context>(context: Context): Context => JSON.parse(JSON.stringify(context)) as Context;

  it.each([1, 2, 50])("of %i slots from the start", (count) => {
    const context = startOf(count);

    expect(settled(context)).toEqual(context);
    expect(Number.isFinite(context.wakeAt)).toBe(true);
  });

  it("of a call and of a breaker", () => {
    const capable = [true, false];
    const ofCall = createActor(call(2), { input: { slots: startOf(2), at: 0, retry, capable } }).getSnapshot().context;
    const ofBreaker = createActor(circuitBreaker()).getSnapshot().context;

    expect(settled(ofCall)).toStrictEqual(ofCall);
    expect(settled(ofBreaker)).toStrictEqual(ofBreaker);
  });
});
