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
  /** Adds the tokens of an answer that told them after it had begun to be handed on. */
  toldLater(slot: number, tokens: TokenUsage): void;
  failed(slot: number, errorClass: ErrorClass): void;
  read(slot: number): CredentialUsage;
}

interface Count {
  attempts: number;
  served: number;
  failures: Partial<Record<ErrorClass, number>>;
  inputTokens: number;
  outputTokens: number;
  unknownUsage: number;
}

const countable = (tokens: number | undefined): number =>
  tokens !== undefined && Number.isFinite(tokens) && tokens > 0 ? tokens : 0;

/** Makes an empty ledger for a number of slots. */
export function createUsageLedger(count: number): UsageLedger {
  const counts = Array.from({ length: count }, (): Count => ({
    attempts: 0,
    served: 0,
    failures: {},
    inputTokens: 0,
    outputTokens: 0,
    unknownUsage: 0,
  }));
  const at = (slot: number): Count => counts[slot] as Count;
  const add = (count: Count, tokens: TokenUsage): void => {
    count.inputTokens += countable(tokens.inputTokens);
    count.outputTokens += countable(tokens.outputTokens);
  };
  return {
    attempted: (slot) => {
      at(slot).attempts += 1;
    },
    served: (slot, tokens) => {
      const count = at(slot);
      count.served += 1;
      if (tokens === undefined) count.unknownUsage += 1;
      else add(count, tokens);
    },
    toldLater: (slot, tokens) => {
      const count = at(slot);
      count.unknownUsage -= 1;
      add(count, tokens);
    },
    failed: (slot, errorClass) => {
      const { failures } = at(slot);
      failures[errorClass] = (failures[errorClass] ?? 0) + 1;
    },
    read: (slot) => ({ ...at(slot), failures: { ...at(slot).failures } }),
  };
}
