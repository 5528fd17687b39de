/** A provider's error answer as it stands on the wire: usable as a behaviour, and as the error inside a stream. */
export interface Failure {
  readonly status: number;

  /** Further headers; content type and request id are the provider's own, unless named here. @default none */
  readonly headers?: Readonly<Record<string, string>>;

  /** Sent as JSON. */
  readonly body: unknown;
}

/** How long a rate limit says that one should wait. */
export interface StatedWait {
  /** Seconds, whole or fractional, as the provider would state them. */
  readonly retryAfterS: number;
}
