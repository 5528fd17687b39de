/** What a request asks for: its path as it came, and its query. */
export interface RequestTarget {
  readonly pathname: string;
  /** With its question mark; empty where there is none. */
  readonly search: string;
}

/** Takes the target of a request apart. Some clients write a whole URL there (RFC 9112, 3.2.2): its host says nothing to us. */
export function targetOf(url = "/"): RequestTarget {
  const path = url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*/i, "");
  const queryAt = path.indexOf("?");
  return queryAt < 0
    ? { pathname: path, search: "" }
    : { pathname: path.slice(0, queryAt), search: path.slice(queryAt) };
}
