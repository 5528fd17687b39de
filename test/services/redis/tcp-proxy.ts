import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";

/** A network between a replica and its Redis, which can be bad. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Takes nothing through, and tells nobody: what is sent is lost, connections stay. */
  isSilent: boolean;
  /** How long everything takes in each direction. */
  delayMs: number;
  /** Cuts connections as soon as a request has gone through, before its answer has. */
  cutsAnswers: boolean;
  /** Ends all connections that there are. */
  cut(): void;
}

/** Puts a network before a port. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const state = { isSilent: false, delayMs: 0, cutsAnswers: false };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const follow = (from: Socket, to: Socket, onData: () => void): void => {
    sockets.add(from);
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on("data", (data) => {
      if (state.isSilent) return;
      const send = (): void => {
        if (!to.destroyed) to.write(data);
        onData();
      };
      if (state.delayMs === 0) send();
      else setTimeout(send, state.delayMs);
    });
  };
  const server = createServer((near) => {
    const far = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    near.setNoDelay(true);
    follow(near, far, () => {
      if (state.cutsAnswers) near.destroy();
    });
    follow(far, near, () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return Object.assign(state, {
    port: address.port,
    cut,
    [Symbol.asyncDispose]: async () => {
      server.close();
      cut();
    },
  });
}
