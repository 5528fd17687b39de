import { Gauge, type Registry } from "prom-client";
import type { FleetHealth } from "../state/index.ts";

/** What is told of a state that replicas share; of one that is not there is nothing to tell. */
const definitions = [
  {
    name: "keyswitch_state_connected",
    help: "1 while the shared state answers, 0 while this replica goes on alone",
    read: ({ connected }: FleetHealth) => (connected ? 1 : 0),
  },
  {
    name: "keyswitch_state_sync_delay_seconds",
    help: "Time from another replica's last change to its arrival here",
    read: ({ syncDelayMs }: FleetHealth) => syncDelayMs / 1000,
  },
  {
    name: "keyswitch_state_conflicts",
    help: "Changes since the start that another replica's were put before: a key that dies is found by several",
    read: ({ conflicts }: FleetHealth) => conflicts,
  },
  {
    name: "keyswitch_state_replicas",
    help: "Replicas that share the state and live",
    read: ({ replicas }: FleetHealth) => replicas,
  },
  {
    name: "keyswitch_state_replicas_behind",
    help: "Replicas that have not heard of the last change yet",
    read: ({ behind }: FleetHealth) => behind,
  },
] as const;

/**
 * Tells how a shared state does whenever it is asked for.
 *
 * @param health - Reads that; `undefined`: nothing is shared.
 */
export function registerStateMetrics(registry: Registry, health: () => FleetHealth | undefined): void {
  if (health() === undefined) return;
  for (const { name, help, read } of definitions) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => {
        const present = health();
        if (present !== undefined) gauge.set(read(present));
      },
    });
  }
}
