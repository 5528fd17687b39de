/** By media type, the addresses that a model fetches by itself. */
export type SupportedUrls = Readonly<Record<string, RegExp[]>>;

/** What all of them fetch: whichever credential serves, the SDK must have loaded the rest. */
export function supportedByAll(all: readonly SupportedUrls[]): Record<string, RegExp[]> {
  const [first = {}, ...others] = all;
  const shared = Object.entries(first).map(([mediaType, patterns]) => {
    const isShared = (pattern: RegExp): boolean =>
      others.every((urls) => urls[mediaType]?.some((other) => String(other) === String(pattern)) ?? false);
    return [mediaType, patterns.filter(isShared)] as const;
  });
  return Object.fromEntries(shared.filter(([, patterns]) => patterns.length > 0));
}
