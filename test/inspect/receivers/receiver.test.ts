import { describe, expect, it } from "vitest";
import { createReceiver } from "../../../src/inspect/receivers/receiver.ts";
import { statelyDialect } from "../../../src/inspect/receivers/stately-dialect.ts";
import type { ShownMachine, ShownMove } from "../../../src/inspect/receivers/shown-machine.ts";

const state = {
  at: 0,
  home: "a",
  probe: null,
  epoch: 1,
  served: 0,
  servingSince: 0,
  ledByProbe: false,
  slots: {},
};
const machine: ShownMachine = { session: "keyswitch:1", model: "chat", credentials: ["a"], state: () => state };
const move: ShownMove = { event: { type: "RESET" }, state };

/** A socket that holds as many bytes as it is told, and tells of its end. */
function fakeSocket() {
  const socket = {
    bufferedAmount: 0,
    sent: [] as string[],
    taken: [] as (() => void)[],
    isTerminated: false,
    send: (frame: string, taken: () => void) => {
      socket.sent.push((JSON.parse(frame) as { readonly type: string }).type);
      socket.taken.push(taken);
    },
    terminate: () => {
      socket.isTerminated = true;
    },
  };
  return socket;
}

const asSocket = (socket: ReturnType<typeof fakeSocket>) => socket as unknown as Parameters<typeof createReceiver>[0];

describe("a receiver", () => {
  it("that is full is shown a machine of which it missed moves once, as soon as it takes something", () => {
    const socket = fakeSocket();
    const receiver = createReceiver(asSocket(socket), statelyDialect);
    receiver.appeared(machine);
    socket.bufferedAmount = 2 ** 20;

    receiver.moved(machine, move);
    receiver.moved(machine, move);
    expect([socket.sent.length, receiver.dropped]).toEqual([1, 2]);

    socket.bufferedAmount = 0;
    socket.taken[0]?.();
    receiver.moved(machine, move);

    expect(socket.sent).toEqual(["@xstate.actor", "@xstate.actor", "@xstate.event", "@xstate.snapshot"]);
    expect(receiver.dropped).toBe(2);
  });

  it("is told the end of a machine though it is full, and of none that it was never shown", () => {
    const socket = fakeSocket();
    const receiver = createReceiver(asSocket(socket), statelyDialect);
    receiver.appeared(machine);
    socket.bufferedAmount = 2 ** 20;
    const stranger = { ...machine, session: "keyswitch:2" };
    receiver.appeared(stranger);

    receiver.gone(stranger);
    receiver.gone(machine);
    socket.bufferedAmount = 0;
    socket.taken[0]?.();

    expect(socket.sent).toEqual(["@xstate.actor", "@xstate.snapshot"]);
  });

  it("that takes nothing for too long is disconnected, and one that takes a little is not", async () => {
    const [stuck, slow] = [fakeSocket(), fakeSocket()];
    const receivers = [stuck, slow].map((socket) => createReceiver(asSocket(socket), statelyDialect, 20));
    for (const receiver of receivers) receiver.appeared(machine);
    for (const socket of [stuck, slow]) socket.bufferedAmount = 2 ** 20;

    for (const receiver of receivers) receiver.moved(machine, move);
    slow.bufferedAmount = 0;
    slow.taken[0]?.();

    await expect.poll(() => stuck.isTerminated).toBe(true);
    expect(slow.isTerminated).toBe(false);
  });
});
