import { once } from "node:events";
import { createServer, type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { type KeyswitchConfig, parseConfig } from "../../src/config/index.ts";
import { createAdminApi } from "../../src/gateway/admin/index.ts";
import { type ModelSet, startModels } from "../../src/model-set.ts";
import type { AdminLock } from "../../src/operator/guard.ts";

/** The operator's side of models, behind a server of its own. */
export interface AdminServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly models: ModelSet;
  /** Goes on with another configuration, as a gateway does. */
  reload(config: KeyswitchConfig): void;
}

interface Setting {
  readonly lock?: AdminLock;
  readonly heartbeatMs?: number;
}

const openLock: AdminLock = { adminKey: undefined, hostNames: [] };

export async function serveAdmin(config: KeyswitchConfig, setting: Setting = {}): Promise<AdminServer> {
  const { lock = openLock, heartbeatMs } = setting;
  const models = startModels(parseConfig(config));
  const admin = createAdminApi({ models, lock: () => lock, heartbeatMs });
  const server = createServer((request, response) => admin.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    models,
    reload: (next) => {
      models.reload(parseConfig(next));
      admin.follow();
    },
    [Symbol.asyncDispose]: async () => {
      admin.close();
      server.close();
      server.closeAllConnections();
      await models.close();
    },
  };
}

/** Sends a request with headers that `fetch` would not let one set. */
export async function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number | undefined; body: unknown; headers: NodeJS.Dict<string | string[]> }> {
  const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const text = Buffer.concat(await answer.toArray()).toString();
  return { status: answer.statusCode, body: JSON.parse(text), headers: answer.headers };
}
