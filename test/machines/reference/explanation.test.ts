import { describe, expect, it } from "vitest";
import { type CallsRow, replayCalls } from "./calls-replay.ts";
import { type Departure, judge, type Replay } from "./departures.ts";
import { ringDepartures } from "./ring.ts";
import { replaySwitch, switchDepartures, type SwitchRow } from "./switcher-replay.ts";
import { readRows } from "./vectors.ts";

const calls = await Promise.all(readRows<CallsRow>("calls").map(replayCalls));
const switches = readRows<SwitchRow>("switcher").map(replaySwitch);
const rows: readonly (readonly [Replay, readonly Departure[]])[] = [
  ...calls.map((replay) => [replay, ringDepartures] as const),
  ...switches.map((replay) => [replay, switchDepartures] as const),
];
const kindOf = (replay: Replay, possible: readonly Departure[]): string => judge(replay, possible).kind;
const explained = rows.filter(([replay, possible]) => kindOf(replay, possible) === "explained");

const accepted = (changed: (replay: Replay) => Replay, among = rows): number =>
  among.filter(([replay, possible]) => kindOf(changed(replay), possible) !== "unexplained").length;

describe("an explanation", () => {
  it("is given to some rows and not needed by others", () => {
    expect(explained.length).toBeGreaterThan(100);
    expect(rows.length - explained.length).toBeGreaterThan(100);
  });

  it("is not given to an answer with one wrong step, in any row", () => {
    const lastIsWrong = (replay: Replay): Replay => ({ ...replay, ours: [...replay.ours.slice(0, -1), "wrong"] });
    const firstIsWrong = (replay: Replay): Replay => ({ ...replay, ours: ["wrong", ...replay.ours.slice(1)] });

    expect(accepted(lastIsWrong)).toBe(0);
    expect(accepted(firstIsWrong)).toBe(0);
  });

  it("is not given to an answer that leaves out a step", () => {
    expect(accepted((replay) => ({ ...replay, ours: replay.ours.slice(1) }))).toBe(0);
  });

  it("is not given to the observed answer where a departure says that ours is another", () => {
    expect(accepted((replay) => ({ ...replay, ours: replay.observed }), explained)).toBe(0);
  });

  it("is not given by rules that cannot tell what was observed", () => {
    expect(accepted((replay) => ({ ...replay, observed: ["something else"] }))).toBe(0);
  });

  it("names no departure that could be left out", () => {
    for (const [replay, possible] of explained) {
      const verdict = judge(replay, possible);
      const by = verdict.kind === "explained" ? verdict.by : [];
      for (const each of by) {
        expect(replay.predict((departure) => departure !== each && by.includes(departure))).not.toEqual(replay.ours);
      }
    }
  });
});
