import type { Verdict } from "../engine/verdict.ts";
import { isErrorBody, parsedJson } from "./error-body.ts";
import type { StreamWatch } from "./stream-watch.ts";
import type { UpstreamAnswer } from "./upstream-answer.ts";
import { UpstreamFailure } from "./upstream-failure.ts";

/** A stream whose first output has come, or whose head was held back for as long as it may be (S25). */
export interface OpenedStream {
  readonly kind: "stream";
  readonly answer: UpstreamAnswer;
  /** What was read of its body so far, in the pieces in which it came. */
  readonly held: readonly Uint8Array[];
  readonly watch: StreamWatch;
}

const mostHeldEvents = 64;
const mostHeldBytes = 256 * 1024;

/** A stream that ended before it said anything, or broke off there. */
const empty: Verdict = { class: "transient", rule: "stream.empty" };

/**
 * Reads a stream up to its first output, so that whatever goes wrong before it can go on to the next credential.
 *
 * @throws UpstreamFailure if the head tells of an error, or the stream ends in it.
 */
export async function openStream(answer: UpstreamAnswer, watch: StreamWatch): Promise<OpenedStream> {
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  for (;;) {
    const piece = await answer.body.read();
    if (piece === undefined) watch.seeEnd();
    else {
      watch.see(piece);
      held.push(piece);
      heldBytes += piece.length;
    }
    if (watch.progress !== "silent") return { kind: "stream", answer, held, watch };
    if (watch.error !== undefined) throw failedHead(answer, held);
    if (piece === undefined) throw failedHead(answer, held, empty);
    if (watch.events >= mostHeldEvents || heldBytes >= mostHeldBytes) return { kind: "stream", answer, held, watch };
  }
}

/** Closes the upstream, and keeps what it said. A body that is no stream but an error is the classifier's to read. */
function failedHead(answer: UpstreamAnswer, held: readonly Uint8Array[], verdict?: Verdict): UpstreamFailure {
  const body = Buffer.concat(held);
  answer.body.close();
  return new UpstreamFailure({ ...answer, body }, isErrorBody(parsedJson(body.toString("utf8"))) ? undefined : verdict);
}
