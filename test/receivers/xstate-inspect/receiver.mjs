/**
 * Prints, a line each, what the real receiver of `@xstate/inspect` makes of the messages of a server.
 *
 *     node receiver.mjs HOST:PORT/PATH?token=TOKEN
 *
 * Lines that come in are sent on to the server as they are, as a viewer that would drive the machine sends them.
 */
import { createInterface } from "node:readline";
import { createWebSocketReceiver } from "@xstate/inspect";

const receiver = createWebSocketReceiver({
  server: process.argv[2] ?? "",
  protocol: "ws",
  serialize: undefined,
});
const machines = new Map();

receiver.subscribe((message) => {
  const { type, sessionId } = message;
  if (type === "service.register") machines.set(sessionId, message.machine);
  if (type === "service.register") print(type, message.id, registered(message));
  if (type === "service.event") print(type, message.event.name, message.event.data);
  if (type === "service.state") print(type, idsOf(sessionId, message.state), message.state.context);
  if (type === "service.stop") print(type);
});
createInterface({ input: process.stdin }).on("line", (line) => receiver.send(JSON.parse(line)));

/** What XState 4 finds in a machine that it made of the message. */
function registered({ machine, state, sessionId }) {
  const moves = machine.states.s0.states.serving.transitions.map(
    ({ eventType, target }) => `${eventType} ${target?.map(({ id }) => id).join(" ") ?? "-"}`,
  );
  return {
    labels: Object.values(machine.states).map(({ description }) => description),
    state: idsOf(sessionId, state),
    moves,
  };
}

/** The states that XState 4 says the machine is in. */
function idsOf(sessionId, state) {
  return machines
    .get(sessionId)
    .resolveState(state)
    .configuration.map(({ id }) => id)
    .toSorted()
    .join(" ");
}

function print(...words) {
  console.log(JSON.stringify(words));
}
