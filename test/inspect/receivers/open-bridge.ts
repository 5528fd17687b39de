import { once } from "node:events";
import { onTestFinished } from "vitest";
import { type RawData, WebSocket } from "ws";
import { createReceiverBridge, type ReceiverBridge } from "../../../src/inspect/receivers/create-receiver-bridge.ts";
import type { Keyswitch, Model } from "../../../src/index.ts";

/** A bridge that waits for receivers until the test has ended. */
export async function openBridge(
  models: Keyswitch | readonly Model[],
  origins: readonly string[] = [],
): Promise<{ readonly bridge: ReceiverBridge; readonly stately: string; readonly xstateInspect: string }> {
  const bridge = createReceiverBridge({ models, origins });
  onTestFinished(() => bridge.close());
  return { bridge, ...(await bridge.listen()) };
}

/** A message of either protocol. */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A socket that keeps all that it is told. */
export interface Listening {
  readonly socket: WebSocket;
  readonly texts: string[];
  readonly messages: () => readonly Message[];
  /** Those of one type. */
  readonly of: (type: string) => readonly Message[];
}

/** Connects; the status of the answer where it is turned away. */
export async function connect(
  url: string,
  { headers = {}, says }: { readonly headers?: Readonly<Record<string, string>>; readonly says?: string } = {},
): Promise<Listening> {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  const texts: string[] = [];
  socket.on("message", (data: RawData) => texts.push((data as Buffer).toString()));
  await once(socket, "open");
  if (says !== undefined) socket.send(says);
  const messages = (): readonly Message[] => texts.map((text) => JSON.parse(text) as Message);
  return { socket, texts, messages, of: (type) => messages().filter((message) => message.type === type) };
}

/** The status with which a connection is turned away. */
export async function refusedWith(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { readonly statusCode?: number }];
  socket.on("error", () => undefined);
  socket.terminate();
  return response.statusCode;
}

export const asking = '{"type":"xstate.inspecting"}';
