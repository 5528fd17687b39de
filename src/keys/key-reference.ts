import type { Secret } from "../secret.ts";

/** A key that stands in a file, which is read again when it changes. */
export interface KeyFile {
  /** Its absolute path. */
  readonly file: string;
}

/** A key that a program prints, and that expires. */
export interface KeyCommand {
  /** The program, then its arguments, which may be keys themselves. No shell sees them. */
  readonly command: readonly [program: string, ...args: Secret[]];
  /** How long what it prints may be used, as the configuration's text. */
  readonly ttl: string;
}

/** Where a credential's key comes from: it is at hand, or is to be had. */
export type KeyReference = Secret | KeyFile | KeyCommand;
