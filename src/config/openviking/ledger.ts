import type { InputIssue } from "../../errors.ts";
import { pathText } from "../path.ts";
import type { Path } from "../path.ts";

/** What became of one value. */
export interface Change {
  /** Where it stands in the `ov.conf`; undefined: it is new. */
  readonly from: Path | undefined;
  /** Where it stands now; undefined: it was left out. */
  readonly to: Path | undefined;
  /** Why it did not simply move; undefined: it did. */
  readonly why: string | undefined;
}

/** Where a part of the new configuration comes from. */
export interface Origin {
  readonly to: Path;
  readonly from: Path;
}

/** Writes down what becomes of an `ov.conf`, value by value, and everything that is wrong with it. */
export interface Ledger {
  readonly move: (from: Path, to: Path, why?: string) => void;
  readonly add: (to: Path, why: string) => void;
  readonly drop: (from: Path, why: string) => void;
  /** Says what a whole part of the new configuration is made from, for errors about what is missing in it. */
  readonly derive: (to: Path, from: Path) => void;
  readonly refuse: (path: Path, found: string, wanted: string) => void;
  readonly changes: readonly Change[];
  readonly origins: readonly Origin[];
  readonly issues: readonly InputIssue[];
}

export function createLedger(): Ledger {
  const changes: Change[] = [];
  const origins: Origin[] = [];
  const issues: InputIssue[] = [];
  return {
    move: (from, to, why) => void changes.push({ from, to, why }),
    add: (to, why) => void changes.push({ from: undefined, to, why }),
    drop: (from, why) => void changes.push({ from, to: undefined, why }),
    derive: (to, from) => void origins.push({ to, from }),
    refuse: (path, found, wanted) => void issues.push({ path: pathText(path), found, wanted }),
    changes,
    origins,
    issues,
  };
}
