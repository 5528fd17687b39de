/** Failover for whoever makes requests with undici. */
export { failover, type FailoverInterceptor } from "./failover.ts";
