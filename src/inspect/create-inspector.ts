import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { UsageError } from "../errors.ts";
import type { Keyswitch } from "../keyswitch.ts";
import { liveModelOf, type Model } from "../model.ts";
import type { AdminLock } from "../operator/guard.ts";
import type { OperatedModels } from "../operator/operations.ts";
import { Secret } from "../secret.ts";
import { createFeed, type Feed } from "./feed.ts";
import { serveInspector } from "./inspector-server.ts";
import { sourceOf } from "./inspector-source.ts";
import { freshToken, listenOnLoopback } from "./loopback.ts";
import { shownModels } from "./shown-models.ts";

/** What an inspector is of, and for whom. */
export interface InspectorOptions {
  /** The models that it shows: all of a `Keyswitch`, or single ones. */
  readonly models: Keyswitch | readonly Model[];
  /**
   * What opens it: whoever looks sends it in a header. Without one it is open to this machine only, and {@link Inspector.listen}
   * makes one of its own.
   *
   * @default none
   */
  readonly key?: string | Secret | undefined;
  /**
   * Whether who holds the key may reset, fail back, disable and enable.
   *
   * @default false, it only shows
   */
  readonly operations?: boolean | undefined;
  /** The path at which {@link Inspector.handle} is mounted, as `/inspector`. @default "", the root */
  readonly path?: string | undefined;
  /** Names under which it may be asked for, besides `localhost` and every address: others may be a page's that was made to lead here. @default none */
  readonly hostNames?: readonly string[] | undefined;
}

/** A page that shows what the machines of models do, and the feed behind it. */
export interface Inspector {
  /** Answers a request at or below its path, for a server that has others too. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Serves it on a port of its own, to this machine only.
   *
   * @param port - Default: any that is free.
   * @returns the address to open. Where it made its own key, that is in the fragment, which browsers send to nobody.
   */
  listen(port?: number): Promise<{ readonly url: string }>;
  /** Shows the models that there are now. To be called after `Keyswitch.reload`. */
  follow(): void;
  /** What it shows, for other ways to show it. */
  readonly feed: Feed;
  close(): Promise<void>;
}

/**
 * Makes an inspector of models. It listens to them from now on, so that it shows an hour back to who looks later.
 *
 * @throws UsageError for a path that is none, and where there is no model.
 */
export function createInspector({
  models,
  key,
  operations = false,
  path = "",
  hostNames = [],
}: InspectorOptions): Inspector {
  if (path !== "" && !/^(?:\/[\w.-]+)+$/.test(path)) {
    throw new UsageError({ path: "path", found: JSON.stringify(path), wanted: 'a path like "/inspector"' });
  }
  const feed = createFeed();
  const all = shownModels(models);
  const operated = operations ? operatedModels(all) : undefined;
  const given = typeof key === "string" ? Secret.of(key) : key;
  const token = given ?? freshToken();
  const inspectorFor = (adminKey: Secret | undefined, mount: string) =>
    serveInspector({
      source: sourceOf(feed, operated),
      path: mount,
      lock: (): AdminLock => ({ adminKey, hostNames }),
    });
  const mounted = inspectorFor(given, path);
  const alone = inspectorFor(token, "");
  const server = createServer((request, response) => alone.handle(request, response));

  feed.follow(all());
  return {
    handle: (request, response) => mounted.handle(request, response),
    listen: async (port = 0) => ({
      url: await listenOnLoopback(server, port, given === undefined ? token : undefined),
    }),
    follow: () => feed.follow(all()),
    feed,
    close: async () => {
      mounted.close();
      alone.close();
      feed.close();
      if (!server.listening) return;
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
    },
  };
}

function operatedModels(all: () => readonly Model[]): OperatedModels {
  return {
    get ids() {
      return all().map(({ id }) => id);
    },
    get: (id) => {
      const model = all().find((each) => each.id === id);
      return model && liveModelOf(model);
    },
  };
}
