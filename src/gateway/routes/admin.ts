import type { InspectorServer } from "../../inspect/inspector-server.ts";
import type { AdminApi } from "../admin/index.ts";
import type { Route } from "../context.ts";
import { notFound } from "../refusal.ts";

/** The operator's side, which has a lock of its own: gateway keys do not open it. */
export function adminRoutes(admin: AdminApi): readonly Route[] {
  return (["GET", "POST"] as const).map((method) => ({
    method,
    path: /^\/admin(?:\/.*)?$/,
    isOpen: true,
    handle: ({ incoming, outgoing }) => admin.handle(incoming, outgoing),
  }));
}

/** Where the gateway shows its inspector. */
export const inspectorPath = "/inspector";

/** The inspector, which has the operator's lock. */
export function inspectorRoutes(inspector: InspectorServer, isServed: () => boolean): readonly Route[] {
  return (["GET", "POST"] as const).map((method) => ({
    method,
    path: /^\/inspector(?:\/.*)?$/,
    isOpen: true,
    handle: ({ incoming, outgoing }) => {
      if (!isServed()) throw notFound("This gateway shows no inspector: gateway.inspector is off");
      inspector.handle(incoming, outgoing);
    },
  }));
}
