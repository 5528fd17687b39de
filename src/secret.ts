import { inspect } from "node:util";
import { UsageError } from "./errors.ts";

const redacted = "[redacted]";

/**
 * A key that cannot be printed by accident.
 *
 * `String()`, templates, `JSON.stringify`, `util.inspect`, loggers and error reports all show `[redacted]`, a clone or a
 * spread holds nothing; {@link reveal} is the only way out.
 */
export class Secret {
  /** No key at all, for upstreams that ask for none: {@link reveal} gives `""`. */
  static readonly empty: Secret = new Secret("");

  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /**
   * Wraps a key. White space around it is dropped: HTTP would do so with the header's value (RFC 9110, 5.5), and key
   * files tend to end in a newline.
   *
   * @throws UsageError if a character cannot stand in an HTTP header; the message tells where it is, not the key.
   */
  static of(text: string): Secret {
    const key = text.trim();
    const illegalAt = key.search(/[^\x20-\x7e]/);
    if (illegalAt >= 0) {
      throw new UsageError({
        path: "key",
        found: `the character ${codePointAt(key, illegalAt)} at position ${illegalAt + 1} of a key of ${key.length}`,
        wanted: "printable ASCII only, as in an HTTP header",
      });
    }
    return new Secret(key);
  }

  /** Wraps a text that goes into no header, such as an argument of a command, as it stands. */
  static verbatim(text: string): Secret {
    return new Secret(text);
  }

  /** Whether a value is a secret of this package. */
  static is(value: unknown): value is Secret {
    return typeof value === "object" && value !== null && #text in value;
  }

  /** Whether there is no key. */
  get isEmpty(): boolean {
    return this.#text === "";
  }

  /** The key itself, for the request that needs it. Do not store or log what it returns. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}

function codePointAt(text: string, index: number): string {
  const codePoint = text.codePointAt(index) ?? 0;
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}
