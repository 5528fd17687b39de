import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** An upstream that says exactly what it is told to, be it HTTP or not. */
export interface RawUpstream {
  readonly baseURL: string;
  /** How many connections are open to it. */
  readonly openSockets: () => number;
}

/** What it answers to a request that has come whole: bytes, or whatever it does with the connection. */
export type RawAnswer = string | Buffer | ((socket: Socket) => void);

/** Opens one for the test that runs. */
export async function openRawUpstream(answer: RawAnswer): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      if (!isWhole(text)) return;
      text = "";
      if (typeof answer === "function") answer(socket);
      else socket.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseURL: `http://127.0.0.1:${port}/v1`, openSockets: () => sockets.size };
}

function isWhole(request: string): boolean {
  const headEnd = request.indexOf("\r\n\r\n");
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(request) ?? [];
  return headEnd >= 0 && request.length >= headEnd + 4 + Number(length);
}

/** An answer with its length, and headers over those of JSON. */
export function rawAnswer(body: string | Buffer, head: { status?: string; headers?: readonly string[] } = {}): Buffer {
  const { status = "200 OK", headers = ["content-type: application/json"] } = head;
  const lines = [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers, "", ""];
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), Buffer.from(body)]);
}
