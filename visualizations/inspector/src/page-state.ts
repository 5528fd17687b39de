import type { CallEntry } from "../../../src/inspect/entries.ts";
import type { ConnectionState } from "./live/connection.ts";
import type { Session } from "./live/session.ts";
import type { ModelView, Story } from "./story/story.ts";

/** An operator's word that waits for its confirmation. */
export interface PendingOperation {
  readonly verb: "reset" | "failback" | "disable" | "enable";
  readonly model: string;
  readonly credential?: string | undefined;
  /** Why it was not carried out when it was confirmed. */
  readonly fault?: string | undefined;
  readonly wantsKey?: boolean | undefined;
}

/** Which of what happened is told. */
export interface StoryFilter {
  readonly show: "moves" | "trouble" | "all";
  readonly credential: string;
  readonly class: string;
}

/** What is open over the page. */
export type Dialog = { readonly kind: "operation"; readonly operation: PendingOperation } | { readonly kind: "help" };

/** Everything that the page shows. */
export interface Page {
  readonly session: Session;
  readonly connection: ConnectionState;
  /** Entries that were too many to be sent. */
  readonly dropped: number;
  /** The story that is shown: the live one, or a recording's. */
  readonly story: Story;
  /** The file that is shown instead of what is live. */
  readonly recording: string | undefined;
  /** The time that is shown; `undefined`: now. */
  readonly moment: number | undefined;
  /** How many times faster than it was time passes; 0: it stands. */
  readonly speed: number;
  /** The model that is shown; `undefined`: all. */
  readonly model: string | undefined;
  /** The call whose trail is shown. */
  readonly call: CallEntry | undefined;
  readonly search: string;
  /** Only models that stand so are shown. */
  readonly health: ModelView["health"] | undefined;
  readonly filter: StoryFilter;
  /** How much time the lanes show. */
  readonly spanMs: number;
  readonly dialog: Dialog | undefined;
  /** What could not be done. */
  readonly fault: string | undefined;
}

/** Changes what is shown. */
export type Show = (change: Partial<Page>) => void;
