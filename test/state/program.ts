import { createInterface } from "node:readline";
import { createKeyswitch, type KeyswitchConfig, type ModelSnapshot } from "../../src/index.ts";
import { liveModelOf } from "../../src/model.ts";

/** What a line of standard input asks of this program; it answers each with a {@link Report}. */
export interface Order {
  /** @default chat */
  readonly model?: string;
  /** Makes a call, refused with 401 by the credentials of these ids. */
  readonly refusedBy?: readonly string[];
  /** Takes out the slot of this number. */
  readonly disable?: number;
  readonly close?: boolean;
  /** Waits until it agrees with its fleet. */
  readonly settle?: boolean;
}

/** What this program knows after its start, and after each order. */
export interface Report {
  readonly models: Readonly<Record<string, ModelSnapshot>>;
  readonly warnings: readonly string[];
}

const warnings: string[] = [];
process.on("warning", ({ name, message }) => warnings.push(`${name}: ${message}`));
const keyswitch = createKeyswitch(JSON.parse(process.argv[2] ?? "") as KeyswitchConfig);

async function report(): Promise<void> {
  // Warnings are told in the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  const models = Object.fromEntries(keyswitch.models.map((id) => [id, keyswitch.model(id).snapshot()]));
  process.stdout.write(`${JSON.stringify({ models, warnings } satisfies Report)}\n`);
}

async function carryOut({ model = "chat", refusedBy, disable, close, settle }: Order): Promise<void> {
  if (refusedBy !== undefined) await ask(model, refusedBy).catch(() => undefined);
  if (disable !== undefined) operate(model, disable);
  if (settle === true) await untilAgreed();
  if (close === true) await keyswitch.close();
}

async function untilAgreed(): Promise<void> {
  const agrees = (id: string): boolean => keyswitch.model(id).snapshot().fleet?.agrees === true;
  while (!keyswitch.models.every(agrees)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function ask(model: string, refusedBy: readonly string[]): Promise<string> {
  return keyswitch.model(model).call(({ credential: { id } }) => {
    if (refusedBy.includes(id)) throw Object.assign(new Error("Unauthorized"), { status: 401 });
    return id;
  });
}

function operate(model: string, slot: number): void {
  liveModelOf(keyswitch.model(model))?.present().engine.operate({ type: "DISABLE", slot });
}

await report();
for await (const line of createInterface({ input: process.stdin })) {
  await carryOut(JSON.parse(line) as Order);
  await report();
}
