import { isErrorBody, parsedJson } from "../error-body.ts";
import { closing, failed, type StreamDialect } from "./dialect.ts";

/** Streams of which no more is known than what an error looks like: any other event is output, and may be the last. */
export const plain: StreamDialect = {
  read: ({ name, data }) => (name === "error" || isErrorBody(parsedJson(data)) ? failed : closing),
  isPlainOutput: () => false,
};
