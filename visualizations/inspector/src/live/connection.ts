import type { FeedLine } from "../../../../src/inspect/viewers.ts";
import type { Session } from "./session.ts";

/** How the page stands with its inspector. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly readOnly: boolean }
  /** It goes on trying. */
  | { readonly kind: "lost"; readonly since: number; readonly why: string }
  /** It waits for a key. */
  | { readonly kind: "locked"; readonly wasWrong: boolean }
  /** It does not try again by itself. */
  | { readonly kind: "refused"; readonly why: string };

/** What is told of a connection. */
export interface ConnectionListener {
  readonly onLine: (line: FeedLine) => void;
  readonly onState: (state: ConnectionState) => void;
}

/** A connection that comes back by itself. */
export interface Connection {
  /** Tries now, as after a key was given. */
  readonly retry: () => void;
}

/** The inspector says something four times a second. */
const longestSilenceMs = 5_000;
const shortestPauseMs = 500;
const longestPauseMs = 5_000;

/** Follows an inspector's feed for as long as the page is open. */
export function follow(session: Session, { onLine, onState }: ConnectionListener): Connection {
  let wake: (() => void) | undefined;
  let pauseMs = shortestPauseMs;
  let lostSince: number | undefined;

  async function once(): Promise<ConnectionState> {
    const silence = silenceOf(longestSilenceMs);
    try {
      const answer = await session.ask("feed", { signal: silence.signal });
      if (answer.status === 401) return { kind: "locked", wasWrong: session.key !== undefined };
      if (answer.status === 403 || answer.status === 404) return { kind: "refused", why: await wordsOf(answer) };
      if (!answer.ok || answer.body === null) return lost(`it answers ${answer.status}`);
      lostSince = undefined;
      pauseMs = shortestPauseMs;
      onState({ kind: "live", readOnly: answer.headers.has("x-keyswitch-read-only") });
      for await (const line of linesOf(answer.body)) {
        silence.heard();
        onLine(JSON.parse(line) as FeedLine);
      }
      return lost("it ended the stream");
    } catch {
      return lost(silence.signal.aborted ? "it says nothing" : "nothing answers there");
    } finally {
      silence.stop();
    }
  }

  function lost(why: string): ConnectionState {
    lostSince ??= Date.now();
    return { kind: "lost", since: lostSince, why };
  }

  async function forEver(): Promise<never> {
    for (;;) {
      const state = await once();
      onState(state);
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (state.kind === "lost") setTimeout(resolve, pauseMs);
      });
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }

  onState({ kind: "connecting" });
  void forEver();
  return { retry: () => wake?.() };
}

/** Aborts after a silence. */
function silenceOf(mostMs: number): { signal: AbortSignal; heard: () => void; stop: () => void } {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  let timer = setTimeout(giveUp, mostMs);
  const stop = (): void => clearTimeout(timer);
  const heard = (): void => {
    stop();
    timer = setTimeout(giveUp, mostMs);
  };
  return { signal: controller.signal, heard, stop };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const lines = (rest + decoder.decode(piece.value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function wordsOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => undefined);
  const told = (body as { error?: { message?: unknown } } | undefined)?.error?.message;
  return typeof told === "string" ? told : `it answers ${answer.status}`;
}
