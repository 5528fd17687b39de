/** The operator's side of a gateway: what it shows, what may be said to it, and who may. */
export { type AdminApi, type AdminParts, createAdminApi } from "./admin-api.ts";
export type { ModelReport, UpstreamNames } from "./model-report.ts";
