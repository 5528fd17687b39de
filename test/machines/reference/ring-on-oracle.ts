import { isRequestLevel } from "../../../machines/index.ts";
import type { Departs } from "./departures.ts";
import type { CallAnswer, CallKind, Outcome, RingCall, RingRow, TurnError } from "./ring.ts";
import { createSlotsOracle, type OracleTurn, type SlotsOracle } from "./slots-oracle.ts";
import { classOfText, settingsOf } from "./vectors.ts";

export interface OracleRing {
  readonly oracle: SlotsOracle;
  readonly row: RingRow;
  readonly departs: Departs;
}

export function createOracleRing(row: RingRow, departs: Departs): OracleRing {
  return { oracle: createSlotsOracle(settingsOf(row), false, departs), row, departs };
}

/** A call by the rules: its present attempt ends by `finish`. */
export interface OracleCall extends RingCall {
  finish(outcome: Outcome): void;
}

/** Begins a call by the rules. A stream's consumer stops after `consume` items. */
export function startOracleCall(
  { oracle, row, departs }: OracleRing,
  kind: CallKind,
  name: string,
  consume = Infinity,
): OracleCall {
  const capable = (slot: number): boolean => kind !== "media" || row.supports?.[slot] !== false;
  const tried: number[] = [];
  const errors: TurnError[] = [];
  const items: string[] = [];
  let turn: OracleTurn | undefined;

  const settle = (result: CallAnswer["result"]): void => {
    call.inFlight = undefined;
    call.answer = { attempts: tried, result, ...(kind === "stream" && { items }) };
  };
  const take = (next: OracleTurn | undefined): void => {
    if (next === undefined) return settle({ type: "all_failed", errors });
    turn = next;
    tried.push(next.slot);
    call.inFlight = next.slot;
  };

  function finish(outcome: Outcome): void {
    if (turn === undefined) return;
    const { slot } = turn;
    const told = outcome === "ok" || outcome.open_error === true ? [] : (outcome.items ?? []);
    const error = outcome === "ok" ? undefined : outcome.error;
    if (error !== undefined && told.length === 0) return fail(turn, error);

    const commitsEarly = departs("firstItemCommits");
    if (commitsEarly) oracle.served(turn);
    const after = { ...turn, epoch: oracle.epoch(), call: undefined };
    items.push(...told.slice(0, consume));
    if (told.length >= consume) return settle({ type: "consumer_stopped" });
    if (error !== undefined) {
      const errorClass = classOfText(error);
      if (commitsEarly && (errorClass === "auth" || errorClass === "quota_exceeded")) oracle.failed(after, errorClass);
      return settle({ type: "raised", class: errorClass, message: error, from_idx: slot });
    }
    if (!commitsEarly) oracle.served(turn);
    settle({ type: kind === "stream" ? "completed" : "ok", served_by: slot });
  }

  function fail(failed: OracleTurn, message: string): void {
    const { slot } = failed;
    const errorClass = classOfText(message);
    oracle.failed(failed, errorClass);
    if (isRequestLevel(errorClass)) {
      return settle({ type: "raised", class: errorClass, message, from_idx: slot });
    }
    errors.push({ id: row.credential_ids?.[slot] ?? `cred-${slot}`, class: errorClass, message, idx: slot });
    take(oracle.next({ tried, capable }, name));
  }

  const call: { -readonly [Key in keyof OracleCall]: OracleCall[Key] } = {
    inFlight: undefined,
    answer: undefined,
    finish,
  };
  // Nothing happens before the consumer asks for the first item.
  if (consume === 0) settle({ type: "consumer_stopped" });
  else take(oracle.begin({ tried, capable }, name));
  return call;
}
