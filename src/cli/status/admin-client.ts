import type { Secret } from "../../secret.ts";
import { readError, readReports, type ShownModel } from "./model-report.ts";

/** A gateway to talk to. */
export interface AdminTarget {
  readonly url: URL;
  readonly adminKey: Secret | undefined;
}

/** What came of talking to it. `wrong` tells whether what was asked was wrong, rather than the gateway's state. */
export type AdminAnswer<Value> =
  | { readonly kind: "told"; readonly value: Value }
  | { readonly kind: "fault"; readonly message: string; readonly wrong: boolean };

const patienceMs = 10_000;

/** Asks how models stand, or says a word on one; either way the models come back. */
export async function askModels(
  target: AdminTarget,
  path: string,
  method: "GET" | "POST" = "GET",
): Promise<AdminAnswer<readonly ShownModel[]>> {
  const reached = await reach(target, path, { method, signal: AbortSignal.timeout(patienceMs) });
  if (reached.kind === "fault") return reached;
  const body = await reached.value.json().catch(() => undefined);
  const reports = readReports(body);
  return reports === undefined ? stranger(target) : { kind: "told", value: reports };
}

/** Opens the stream of events. */
export async function openEvents(
  target: AdminTarget,
  signal: AbortSignal,
): Promise<AdminAnswer<ReadableStream<Uint8Array>>> {
  const reached = await reach(target, "/admin/events", { signal });
  if (reached.kind === "fault") return reached;
  const isStream = reached.value.headers.get("content-type")?.startsWith("text/event-stream");
  return reached.value.body !== null && isStream ? { kind: "told", value: reached.value.body } : stranger(target);
}

/** Asks a gateway's inspector for something, as its feed. */
export function askInspector(target: AdminTarget, place: string, signal: AbortSignal): Promise<AdminAnswer<Response>> {
  return reach(target, `/inspector/${place}`, { signal });
}

async function reach(target: AdminTarget, path: string, init: RequestInit): Promise<AdminAnswer<Response>> {
  const { url, adminKey } = target;
  const headers = adminKey === undefined ? undefined : { authorization: `Bearer ${adminKey.reveal()}` };
  try {
    // A redirect would carry the key to wherever it points.
    const answer = await fetch(new URL(path, url), { ...init, redirect: "error", ...(headers && { headers }) });
    return answer.ok ? { kind: "told", value: answer } : await refused(target, answer);
  } catch (error) {
    return fault(`nothing answers at ${url.origin} (${codeOf(error)}): is a gateway running there? --url says where`);
  }
}

async function refused(target: AdminTarget, answer: Response): Promise<AdminAnswer<never>> {
  const error = readError(await answer.json().catch(() => undefined));
  if (error === undefined) return stranger(target);
  if (error.code === "admin_key_wrong") {
    const lacks = target.adminKey === undefined ? "wants its admin key" : "does not take this admin key";
    return fault(`the gateway ${lacks}: set KEYSWITCH_ADMIN_KEY, or name a file with --admin-key-file`);
  }
  const known = error.known === undefined ? "" : `; there is ${error.known.join(", ")}`;
  return { kind: "fault", message: `${error.message}${known}`, wrong: answer.status === 404 };
}

const stranger = ({ url }: AdminTarget): AdminAnswer<never> =>
  fault(`what answers at ${url.origin} is not a keyswitch gateway`);

const fault = (message: string): AdminAnswer<never> => ({ kind: "fault", message, wrong: false });

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === "object" && cause !== null && "code" in cause) {
    return typeof cause.code === "string" ? cause.code : "no answer";
  }
  return error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : "no connection";
}
