import type { ErrorClass } from "../../machines/index.ts";
import type { TokenUsage } from "./call.ts";

/** What one credential did since the start (S40). */
export interface CredentialUsage {
  readonly attempts: number;
  readonly served: number;
  /** Failed attempts by class. */
  readonly failures: Readonly<Partial<Record<ErrorClass, number>>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Served attempts whose tokens nobody told: unknown, not 0. */
  readonly unknownUsage: number;
}

/** Counts what each credential of one model did. */
export interface UsageLedger {
  attempted(slot: number): void;
  served(slot: number, tokens: TokenUsage | undefined): void;
  /** Counts other tokens for an answer than were counted until now. */
  corrected(slot: number, before: TokenUsage | undefined, after: TokenUsage | undefined): void;
  failed(slot: number, errorClass: ErrorClass): void;
  read(slot: number): CredentialUsage;
}

/** What is counted for one credential. Engines that follow each other share it, so that no late count is lost. */
export interface UsageAccount {
  attempts: number;
  served: number;
  failures: Partial<Record<ErrorClass, number>>;
  inputTokens: number;
  outputTokens: number;
  unknownUsage: number;
}

const isCount = (tokens: number | undefined): tokens is number => Number.isFinite(tokens) && Number(tokens) >= 0;

/**
 * What is known of an answer's tokens after it told some: each number replaces the one before it, and what is no count
 * is as if it had not been said.
 *
 * @returns `undefined` while nothing is known.
 */
export function withTokens(before: TokenUsage | undefined, told: TokenUsage | undefined): TokenUsage | undefined {
  const inputTokens = isCount(told?.inputTokens) ? told.inputTokens : before?.inputTokens;
  const outputTokens = isCount(told?.outputTokens) ? told.outputTokens : before?.outputTokens;
  return inputTokens === undefined && outputTokens === undefined ? undefined : { inputTokens, outputTokens };
}

/** An account in which nothing is booked. */
export function emptyAccount(): UsageAccount {
  return { attempts: 0, served: 0, failures: {}, inputTokens: 0, outputTokens: 0, unknownUsage: 0 };
}

/** Makes a ledger of one account a slot. */
export function createUsageLedger(accounts: readonly UsageAccount[]): UsageLedger {
  const at = (slot: number): UsageAccount => accounts[slot] as UsageAccount;
  const book = (count: UsageAccount, tokens: TokenUsage | undefined, times: 1 | -1): void => {
    if (tokens === undefined) count.unknownUsage += times;
    count.inputTokens += times * (tokens?.inputTokens ?? 0);
    count.outputTokens += times * (tokens?.outputTokens ?? 0);
  };
  return {
    attempted: (slot) => {
      at(slot).attempts += 1;
    },
    served: (slot, tokens) => {
      at(slot).served += 1;
      book(at(slot), tokens, 1);
    },
    corrected: (slot, before, after) => {
      book(at(slot), before, -1);
      book(at(slot), after, 1);
    },
    failed: (slot, errorClass) => {
      const { failures } = at(slot);
      failures[errorClass] = (failures[errorClass] ?? 0) + 1;
    },
    read: (slot) => ({ ...at(slot), failures: { ...at(slot).failures } }),
  };
}
