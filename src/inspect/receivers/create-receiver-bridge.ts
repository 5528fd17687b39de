import type { Keyswitch } from "../../keyswitch.ts";
import type { Model } from "../../model.ts";
import { shownModels } from "../shown-models.ts";
import { createReceiverServer, type ReceiverAddresses } from "./receiver-server.ts";
import { type ModelsWatch, watchModels } from "./watch-models.ts";

/** What a bridge shows, and to whom. */
export interface ReceiverBridgeOptions {
  /** The models whose machines it shows: all of a `Keyswitch`, or single ones. */
  readonly models: Keyswitch | readonly Model[];
  /**
   * Origins of pages that may receive, as `http://localhost:3000`. A page of any other site is turned away, although it
   * has the token; a program names no origin.
   *
   * @default none
   */
  readonly origins?: readonly string[] | undefined;
}

/** Shows the machines of models to the inspectors that XState has. */
export interface ReceiverBridge {
  /**
   * Waits for receivers on 127.0.0.1.
   *
   * @param port - Default: any that is free.
   */
  listen(port?: number): Promise<ReceiverAddresses>;
  /** Shows the models that there are now. To be called after `Keyswitch.reload`. */
  follow(): void;
  /** How many receivers there are. */
  readonly receivers: number;
  /** Moves that receivers were not told one by one, because they did not take them fast enough. */
  readonly dropped: number;
  close(): Promise<void>;
}

/**
 * Makes a bridge to receivers of `@statelyai/inspect` and of `@xstate/inspect`, which show machines as they move.
 *
 * It only shows: what a receiver sends moves nothing. It tells ids, classes, rules, counts and times, never a key, an
 * address, a body or an upstream's words. While there is no receiver it listens to no model, so that a call pays nothing.
 *
 * @example
 * ```ts
 * import { createKeyswitch, loadConfig } from "keyswitch";
 * import { createReceiverBridge } from "keyswitch/inspect";
 *
 * const keyswitch = createKeyswitch(await loadConfig("keyswitch.yaml"));
 * const bridge = createReceiverBridge({ models: keyswitch });
 * const { stately, xstateInspect } = await bridge.listen();
 * ```
 *
 * @throws UsageError for an origin that is none, and where there is no model.
 */
export function createReceiverBridge({ models, origins = [] }: ReceiverBridgeOptions): ReceiverBridge {
  const all = shownModels(models);
  let watch: ModelsWatch | undefined;
  const server = createReceiverServer({
    origins,
    watch: (listener) => {
      watch = watchModels(listener);
      watch.follow(all());
      return watch;
    },
  });

  return {
    listen: (port) => server.listen(port),
    follow: () => {
      if (server.receivers > 0) watch?.follow(all());
    },
    get receivers() {
      return server.receivers;
    },
    get dropped() {
      return server.dropped;
    },
    close: () => server.close(),
  };
}
