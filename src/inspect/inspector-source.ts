import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { operate, type Operated, type OperatedModels, type Operation } from "../operator/operations.ts";
import { createCharts } from "./charts.ts";
import type { Feed } from "./feed.ts";
import { createViewers } from "./viewers.ts";

/** Where what an inspector shows comes from. */
export interface InspectorSource {
  /**
   * Writes a head, then the feed's lines until the viewer leaves.
   *
   * @returns whether it does; if not, nothing was written.
   */
  admit(response: ServerResponse, head: OutgoingHttpHeaders): boolean | Promise<boolean>;
  /** Draws the shape that a query names; `undefined`: it names none. */
  svg(query: URLSearchParams): Promise<string | undefined>;
  /** Carries out an operator's word. `undefined`: it only shows. */
  readonly operate?: ((operation: Operation) => Operated) | undefined;
  /** Sends all viewers away. */
  close(): void;
}

/**
 * What a feed of this process tells.
 *
 * @param operated - The models that an operator may have a word on. `undefined`: it only shows.
 */
export function sourceOf(feed: Feed, operated: OperatedModels | undefined): InspectorSource {
  const viewers = createViewers(feed);
  const charts = createCharts();
  return {
    admit: (response, head) => {
      if (!viewers.hasRoom) return false;
      response.writeHead(200, head);
      viewers.admit(response);
      return true;
    },
    svg: (query) => charts.svg(query),
    operate: operated && ((operation) => operate(operated, operation)),
    close: () => viewers.close(),
  };
}
