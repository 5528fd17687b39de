import type { Route } from "../context.ts";
import { accountBoundRoutes } from "./account-bound.ts";
import { callRoutes } from "./calls.ts";
import { healthRoutes } from "./health.ts";
import { modelRoutes } from "./models.ts";

/** All that the gateway does; of two patterns that fit, the first counts. */
export const routes: readonly Route[] = [...callRoutes, ...modelRoutes, ...accountBoundRoutes, ...healthRoutes];
