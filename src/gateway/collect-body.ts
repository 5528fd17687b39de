import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

/**
 * Collects a request's body.
 *
 * @throws Refusal if it is longer than may be; the connection's error if its client leaves.
 */
export function collectBody(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const refuse = (): void => {
      pieces.length = 0;
      incoming.off("data", take);
      // What is still on its way is thrown away, or its client would not come to read the answer.
      incoming.resume();
      reject(tooLarge(mostBytes));
    };
    function take(piece: Buffer): void {
      length += piece.length;
      if (length > mostBytes) refuse();
      else pieces.push(piece);
    }
    if (Number(incoming.headers["content-length"] ?? 0) > mostBytes) return refuse();
    incoming.on("data", take);
    incoming.once("end", () => {
      const [only] = pieces;
      resolve(pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces));
    });
    incoming.once("error", reject);
  });
}

function tooLarge(mostBytes: number): Refusal {
  return new Refusal({
    status: 413,
    code: "body_too_large",
    message: `The body is larger than the ${mostBytes} bytes that this gateway takes (gateway.max_body)`,
  });
}
