import { describe, expect, it } from "vitest";
import type { SettledEvent } from "../../src/engine/model-events.ts";
import { trailOf, trailText } from "../../src/telemetry/trail.ts";
import { plantedKey, scriptedModel } from "./scripted-model.ts";

const call = { credential: undefined, cutOff: undefined, failures: [] };
const refused = { credential: "a", class: "auth", rule: "status.401", status: 401, durationMs: 12.4 } as const;

describe("the trail of a call", () => {
  it("is its failures in order, then who served", () => {
    const trail = trailOf({ ...call, result: "served", credential: "b", failures: [refused] });

    expect(trail).toEqual([
      { credential: "a", outcome: "auth", rule: "status.401", status: 401, durationMs: 12 },
      { credential: "b", outcome: "ok" },
    ]);
    expect(trailText(trail)).toBe("a auth status.401 401 12ms > b ok");
  });

  it("leaves out a status where there was none", () => {
    const failures = [{ ...refused, class: "transient" as const, rule: "transport.ECONNRESET", status: undefined }];

    expect(trailText(trailOf({ ...call, result: "all_failed", failures }))).toBe(
      "a transient transport.ECONNRESET 12ms",
    );
  });

  it("names the credential that hung when time ran out, and the one whose stream was being read", () => {
    const hung = trailOf({ ...call, result: "timed_out", cutOff: "b", failures: [refused] });
    const read = trailOf({ ...call, result: "cancelled", credential: "b" });

    expect(hung.at(-1)).toEqual({ credential: "b", outcome: "timed_out" });
    expect(read).toEqual([{ credential: "b", outcome: "cancelled" }]);
  });

  it("is empty for a call that had no turn", () => {
    expect(trailText(trailOf({ ...call, result: "all_failed" }))).toBe("");
  });

  it("has what an interrupted stream failed with", async () => {
    const model = scriptedModel("chat");
    const ended: SettledEvent[] = [];
    model.on("settled", (event) => ended.push(event));

    await model.stream({ primary: [{ failsLate: { class: "quota_exceeded", rule: "code.quota" } }] });

    const [event] = ended;
    expect(event?.result).toBe("interrupted");
    expect(event && trailOf(event)).toMatchObject([
      { credential: "primary", outcome: "quota_exceeded", rule: "code.quota" },
    ]);
  });

  it("fits a header, and quotes nobody", async () => {
    const model = scriptedModel("chat");
    const texts: string[] = [];
    model.on("settled", (event) => texts.push(trailText(trailOf(event))));

    await model.call({ primary: [{ takesMs: 80, fails: { class: "auth", rule: "status.401", status: 401 } }] });

    expect(texts).toEqual(["primary auth status.401 401 80ms > azure-east ok"]);
    expect(new Headers({ "x-keyswitch-trail": texts.join() }).get("x-keyswitch-trail")).not.toContain(plantedKey);
  });
});
