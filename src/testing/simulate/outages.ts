import type { Clock } from "../../engine/clock.ts";
import { UsageError } from "../../errors.ts";
import type { Outage, ScriptedOutcome } from "./scenario.ts";

/** What a credential answers by the schedule, where no script says it; `undefined`: nothing is wrong with it. */
export type Weather = (credential: string) => ScriptedOutcome | undefined;

/** Makes the weather of a scenario: of outages that overlap the first that is listed counts. */
export function createWeather(outages: readonly Outage[], clock: Pick<Clock, "now">, random: () => number): Weather {
  return (credential) => {
    const nowS = clock.now() / 1_000;
    const outage = outages.find((each) => each.credential === credential && each.from <= nowS && nowS < each.to);
    if (outage === undefined) return undefined;
    const { outcome, share = 1 } = outage;
    return share === 1 || random() < share ? outcome : undefined;
  };
}

/** @throws UsageError for an outage of a credential that the model does not have. */
export function assertCredentialsOf(outages: readonly Outage[], ids: readonly string[]): void {
  const index = outages.findIndex(({ credential }) => !ids.includes(credential));
  const unknown = outages[index];
  if (unknown === undefined) return;
  throw new UsageError({
    path: `outages[${index}].credential`,
    found: JSON.stringify(unknown.credential),
    wanted: `one of ${ids.map((id) => JSON.stringify(id)).join(", ")}`,
  });
}
