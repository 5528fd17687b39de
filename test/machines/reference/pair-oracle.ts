import type { ErrorClass } from "../../../machines/index.ts";
import type { Settings } from "./vectors.ts";

/** What can be asked and told of a primary and its backup. */
export interface ObservedPair {
  usesBackup(): boolean;
  triesPrimary(): boolean;
  /** Returns whether the backup is to be used. */
  primaryFailed(errorClass: ErrorClass): boolean;
  primaryServed(): void;
  backupCalled(): void;
  pass(seconds: number): void;
}

const movesOver: ReadonlySet<ErrorClass> = new Set(["permanent", "auth", "quota_exceeded"]);

/** The rules of the pair as it was observed: a switch of its own, which looks at the class alone. */
export function createObservedPair({ timeoutS, requests }: Settings): ObservedPair {
  let now = 0;
  let onBackup = false;
  let since = 0;
  let count = 0;
  return {
    usesBackup: () => onBackup,
    triesPrimary: () => !onBackup || now - since >= timeoutS || (requests > 0 && count >= requests),
    primaryFailed: (errorClass) => {
      if (!movesOver.has(errorClass)) return false;
      onBackup = true;
      since = now;
      count = 0;
      return true;
    },
    primaryServed: () => {
      onBackup = false;
      count = 0;
    },
    backupCalled: () => {
      count += 1;
    },
    pass: (seconds) => {
      now += seconds;
    },
  };
}
