import type { Session } from "./live/session.ts";
import type { PendingOperation, Show } from "./page-state.ts";

/** Carries out an operator's word that was confirmed, with the key if one was asked for. */
export type CarryOut = (operation: PendingOperation, key?: string) => Promise<void>;

/** Makes what carries out operations; the dialog stays open, and says why, where that fails. */
export function operator(session: Session, show: Show): CarryOut {
  return async (operation, key) => {
    if (key !== undefined) session.key = key;
    const fault = await faultOf(session, placeOf(operation));
    if (fault === undefined) return show({ dialog: undefined });
    const isKeyWrong = fault === wrongKey && key === undefined;
    const told = isKeyWrong ? "This wants the admin key." : fault;
    show({ dialog: { kind: "operation", operation: { ...operation, fault: told, wantsKey: fault === wrongKey } } });
  };
}

const wrongKey = "This key is not the one.";

/** Asks for an operation; `undefined`: it is done. */
async function faultOf(session: Session, place: string): Promise<string | undefined> {
  try {
    const answer = await session.ask(place, { method: "POST" });
    if (answer.ok) return undefined;
    if (answer.status === 401) return wrongKey;
    const body = (await answer.json().catch(() => ({}))) as { error?: { message?: string } };
    return body.error?.message ?? `The inspector answered ${answer.status}.`;
  } catch {
    return "The inspector cannot be reached.";
  }
}

function placeOf({ verb, model, credential }: PendingOperation): string {
  const ofCredential = credential === undefined ? "" : `/credentials/${encodeURIComponent(credential)}`;
  return `models/${encodeURIComponent(model)}${ofCredential}/${verb}`;
}
