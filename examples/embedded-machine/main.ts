/**
 * keyswitch's machines in an actor system of your own: no engine, no HTTP, just XState.
 *
 * The parent machine below owns the model's machine, `credentialSlots`. Each question runs a `call` machine beside it.
 * You make the attempts; the two machines say whose turn it is, and remember what went wrong.
 *
 *     node examples/embedded-machine/main.ts
 */
import {
  call,
  type CallEvent,
  type CallOutput,
  credentialSlots,
  endsTurn,
  type ErrorClass,
  eventOf,
  isRequestLevel,
  restoreSlots,
  saveSlots,
  slotsInput,
  type SlotsContext,
} from "keyswitch/machines";
import { type ActorRefFrom, createActor, setup, waitFor } from "xstate";

const ids = ["primary", "secondary", "spare"];
const input = slotsInput({ credentials: ids, failback: { timeout: "300ms" } });
const slotsMachine = credentialSlots(ids.length);
const callMachine = call(ids.length);
const retry = { maxRetries: 1, baseDelayMs: 10, maxDelayMs: 100, jitter: "full" } as const;

type Slots = ActorRefFrom<typeof slotsMachine>;

/** Your own machine, with the model's as its child. */
const service = setup({ actors: { slots: slotsMachine } }).createMachine({
  id: "service",
  invoke: { src: "slots", systemId: "slots", input },
});

const knowledge = (slots: Slots): SlotsContext => slots.getSnapshot().context;
const nameOf = (slot: number): string => ids[slot] ?? "nobody";

/** What the upstream of each credential answers now; yours would be a request. */
const upstream = new Map<string, ErrorClass | "ok">([
  ["primary", "auth"],
  ["secondary", "ok"],
  ["spare", "ok"],
]);

/** One question: the call machine leads, this loop only carries outcomes. */
async function ask(slots: Slots, id: string): Promise<CallOutput> {
  const asked = createActor(callMachine, { input: { slots: knowledge(slots), at: Date.now(), retry } }).start();
  for (;;) {
    const { status, output, context } = await waitFor(asked, (snapshot) => !snapshot.hasTag("waiting"));
    if (status === "done") return output;
    const { turn } = context;
    if (turn === null) throw new Error("a call that runs has a turn");
    if (turn.probes && context.retries === 0) slots.send({ type: "PROBE", call: id, until: Date.now() + 60_000 });

    const outcome = upstream.get(nameOf(turn.slot)) ?? "unknown";
    console.log(`  ${id} asks ${nameOf(turn.slot)}: ${outcome}`);
    if (endsTurn(context, told(outcome, slots))) {
      const { slot, epoch, first, routed } = turn;
      slots.send({ type: outcome === "ok" ? "SUCCESS" : eventOf(outcome), call: id, slot, epoch, first, routed });
    }
    asked.send(told(outcome, slots));
  }
}

/** An outcome as the call machine hears it: a failure comes with what the model's machine knows of the slots. */
function told(outcome: ErrorClass | "ok", slots: Slots): CallEvent {
  if (outcome === "ok") return { type: "SUCCESS" };
  if (isRequestLevel(outcome)) return { type: eventOf(outcome) };
  return { type: eventOf(outcome), slots: knowledge(slots), at: Date.now() };
}

const system = createActor(service).start();
const slots = system.system.get("slots") as Slots;
slots.subscribe((snapshot) => console.log(`  model: ${JSON.stringify(snapshot.value)}`));

console.log("The primary's key was revoked:");
console.log(`  served by ${nameOf((await ask(slots, "call-1")).slot ?? -1)}`);

console.log("The key is mended. After the failback timeout one call proves it:");
upstream.set("primary", "ok");
await waitFor(slots, (snapshot) => snapshot.hasTag("probing"));
console.log(`  served by ${nameOf((await ask(slots, "call-2")).slot ?? -1)}`);

console.log("The process restarts while the secondary serves:");
upstream.set("primary", "quota_exceeded");
await ask(slots, "call-3");
const saved = JSON.stringify(saveSlots(knowledge(slots), ids, { at: Date.now(), wallAt: Date.now() }));
system.stop();

const restarted = createActor(slotsMachine, { input }).start();
const instant = { at: Date.now(), wallAt: Date.now() };
restarted.send({ type: "RESTORE", state: restoreSlots(JSON.parse(saved), knowledge(restarted), ids, instant) });
console.log(`  restored: ${JSON.stringify(restarted.getSnapshot().value)}, epoch ${knowledge(restarted).epoch}`);
restarted.stop();
