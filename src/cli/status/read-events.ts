/** An event of a running gateway. */
export interface ToldEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads server-sent events as they come; comments and what is not JSON are passed over. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ToldEvent, void, undefined> {
  let rest = "";
  const text = stream.pipeThrough(new TextDecoderStream());
  for await (const chunk of text) {
    const blocks = `${rest}${chunk}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const told = eventIn(block);
      if (told !== undefined) yield told;
    }
  }
}

function eventIn(block: string): ToldEvent | undefined {
  const event = /^event: (.+)$/m.exec(block)?.[1];
  const data = /^data: (.+)$/m.exec(block)?.[1];
  if (event === undefined || data === undefined) return undefined;
  try {
    const value = JSON.parse(data) as unknown;
    return typeof value === "object" && value !== null ? { event, data: { ...value } } : undefined;
  } catch {
    return undefined;
  }
}
