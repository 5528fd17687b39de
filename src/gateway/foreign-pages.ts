import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const hostForm = /^([^:]+|\[[^\]]+\])(?::\d{1,5})?$/;
const originForm = /^https?:\/\/([^:/]+|\[[^\]]+\])(?::\d{1,5})?$/i;

/**
 * Turns away what a web page has a browser send to a gateway that asks for no key. A page whose name was made to lead to
 * this machine (DNS rebinding) shows in `Host`; any other foreign page in `Origin`.
 *
 * @param hostNames - Names that lead here on purpose.
 * @throws Refusal
 */
export function refuseForeignPages(
  { headers: { host = "", origin } }: IncomingMessage,
  hostNames: ReadonlySet<string>,
): void {
  const isOurs = (name: string): boolean => loopback.test(name) || hostNames.has(name);
  if (!isOurs(nameIn(hostForm, host))) throw otherHost;
  if (origin !== undefined && !isOurs(nameIn(originForm, origin))) throw otherOrigin;
}

function nameIn(form: RegExp, text: string): string {
  return form.exec(text)?.[1]?.toLowerCase() ?? "";
}

const otherHost = forbidden(
  "host_not_allowed",
  "Without keys this gateway answers to localhost, 127.0.0.1, [::1] and gateway.hosts alone",
);
const otherOrigin = forbidden("origin_not_allowed", "Without keys this gateway answers to no page of another origin");

function forbidden(code: string, message: string): Refusal {
  return new Refusal({ status: 403, code, message });
}
