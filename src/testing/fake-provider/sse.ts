/** One server-sent event whose data is JSON. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function dataEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** The same with a name, which in the dialects that use names is also the data's `type`. */
export function namedEvent(data: { readonly type: string }): string {
  return `event: ${data.type}\n${dataEvent(data)}`;
}
