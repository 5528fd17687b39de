/** Where the inspector is, and what opens it. */
export interface Session {
  /** Kept in memory only, and sent in a header. */
  key: string | undefined;
  /** Asks for a place below the inspector's own. */
  readonly ask: (place: string, init?: RequestInit) => Promise<Response>;
  /** Fetches a drawing. It is parsed by the browser and never was a text here, so that it is no way in for a script. */
  readonly drawing: (place: string) => Promise<Document | undefined>;
}

/** Begins a session with the inspector that the page came from. */
export function createSession(base: URL, key: string | undefined): Session {
  const session: Session = {
    key,
    ask: (place, init = {}) =>
      fetch(new URL(place, base), { ...init, cache: "no-store", redirect: "error", headers: headersOf(session) }),
    drawing: (place) =>
      new Promise((resolve) => {
        const request = new XMLHttpRequest();
        request.open("GET", new URL(place, base));
        request.responseType = "document";
        for (const [name, value] of Object.entries(headersOf(session))) request.setRequestHeader(name, value);
        request.onloadend = () => resolve(request.status === 200 ? (request.responseXML ?? undefined) : undefined);
        request.send();
      }),
  };
  return session;
}

function headersOf({ key }: Session): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
