import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { remoteMachines } from "../../src/cli/inspect/remote-machines.ts";

const state = {
  name: "s0.serving",
  active: "a",
  probing: null,
  epoch: 0,
  disabled: [],
  coolingUntil: {},
  nextProbeAt: null,
};
const present = { type: "present", at: 0, models: [{ model: "chat", credentials: [{ id: "a" }], state, served: 0 }] };

it("machines of a gateway that went away are gone, and there again when it is, whatever it said in between", async () => {
  const answers = [`${JSON.stringify(present)}\n`, "}{\n", '{"type":"present"}\n', `${JSON.stringify(present)}\n`];
  const gateway = createServer((_request, response) => response.end(answers.shift()));
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const told: string[] = [];
  const url = new URL(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);

  const watch = remoteMachines({ url, adminKey: undefined })({
    appeared: ({ model }) => told.push(`appeared ${model}`),
    moved: () => told.push("moved"),
    gone: ({ model }) => told.push(`gone ${model}`),
  });
  onTestFinished(() => {
    watch.stop();
    gateway.close();
    gateway.closeAllConnections();
  });

  await expect.poll(() => told.length, { timeout: 30_000 }).toBe(4);
  expect(told).toEqual(["appeared chat", "gone chat", "appeared chat", "gone chat"]);
});
