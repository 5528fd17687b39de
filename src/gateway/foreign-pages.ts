import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const loopbackOrigin = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Turns away what a web page has a browser send to a gateway that asks for no key. A page whose name was made to lead to
 * this machine (DNS rebinding) shows in `Host`; any other foreign page in `Origin`.
 *
 * @throws Refusal
 */
export function refuseForeignPages({ headers: { host = "", origin } }: IncomingMessage): void {
  if (!loopbackHost.test(host)) {
    throw forbidden("host_not_allowed", "Without keys this gateway answers to localhost, 127.0.0.1 and [::1] alone");
  }
  if (origin !== undefined && !loopbackOrigin.test(origin)) {
    throw forbidden("origin_not_allowed", "Without keys this gateway answers to no page of another origin");
  }
}

function forbidden(code: string, message: string): Refusal {
  return new Refusal({ status: 403, code, message });
}
