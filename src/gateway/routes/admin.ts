import type { AdminApi } from "../admin/index.ts";
import type { Route } from "../context.ts";

/** The operator's side, which has a lock of its own: gateway keys do not open it. */
export function adminRoutes(admin: AdminApi): readonly Route[] {
  return (["GET", "POST"] as const).map((method) => ({
    method,
    path: /^\/admin(?:\/.*)?$/,
    isOpen: true,
    handle: ({ incoming, outgoing }) => admin.handle(incoming, outgoing),
  }));
}
