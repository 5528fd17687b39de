import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Secret } from "../secret.ts";

/** What opens the operator's side of a gateway, and its inspector. */
export interface AdminLock {
  /** `undefined`: it is open to this machine, and to no other. */
  readonly adminKey: Secret | undefined;
  /** Names under which clients may reach the gateway, besides `localhost` and every address. */
  readonly hostNames: readonly string[];
}

/** Why a request may not come in. */
export interface AdminRefusal {
  readonly status: 401 | 403;
  readonly code: "host_not_allowed" | "origin_not_allowed" | "admin_key_needed" | "admin_key_wrong";
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The header for an admin key beside another `authorization`. */
const adminKeyHeader = "x-keyswitch-admin-key";

/**
 * Whether a request may do what operators do: it names a host that is really ours, no other site's page sent it, and it
 * carries the admin key, or comes from this machine where there is none.
 *
 * @returns `undefined`: it may.
 */
export function adminRefusal(request: IncomingMessage, lock: AdminLock): AdminRefusal | undefined {
  return hostRefusal(request, lock) ?? originRefusal(request) ?? siteRefusal(request) ?? keyRefusal(request, lock);
}

/**
 * Whether a request may have a page that shows nothing by itself, and asks for the admin key when it wants to: as
 * {@link adminRefusal}, but from this machine without the key.
 */
export function pageRefusal(request: IncomingMessage, lock: AdminLock): AdminRefusal | undefined {
  const foreign = hostRefusal(request, lock) ?? originRefusal(request);
  if (foreign !== undefined || isFromThisMachine(request)) return foreign;
  return keyRefusal(request, lock);
}

/**
 * Whether a request carries the admin key: as `authorization: Bearer KEY`, as the password of `Basic`, which browsers
 * ask for, or in `x-keyswitch-admin-key`. Compared in constant time.
 */
export function carriesAdminKey({ headers }: IncomingMessage, adminKey: Secret): boolean {
  const shown = headers[adminKeyHeader] ?? keyIn(headers.authorization);
  return typeof shown === "string" && isSameKey(shown, adminKey.reveal());
}

/**
 * Whether a request names a host that is really ours: a page can point a name of its own at this machine (DNS rebinding), but
 * it cannot make an address its name.
 */
export function hostRefusal({ headers }: IncomingMessage, { hostNames }: AdminLock): AdminRefusal | undefined {
  const name = hostNameOf(headers.host);
  if (name !== undefined && (isIP(name) !== 0 || isLocalName(name) || hostNames.includes(name))) return undefined;
  return refuse(403, "host_not_allowed", "Ask by address, as localhost, or by a name in gateway.hosts");
}

/** Browsers name the page that sends a request; other clients name none. */
function originRefusal({ headers: { origin, host } }: IncomingMessage): AdminRefusal | undefined {
  if (origin === undefined || URL.parse(origin)?.host === URL.parse(`http://${host}`)?.host) return undefined;
  return foreignPage();
}

/**
 * A page can have a browser ask without an `Origin`, as an image: it would not see the answer, but take a place among those
 * who look.
 */
function siteRefusal({ headers }: IncomingMessage): AdminRefusal | undefined {
  const { "sec-fetch-site": site = "none" } = headers;
  return site === "same-origin" || site === "none" ? undefined : foreignPage();
}

function foreignPage(): AdminRefusal {
  return refuse(403, "origin_not_allowed", "Pages of other sites may not do this");
}

function keyRefusal(request: IncomingMessage, { adminKey }: AdminLock): AdminRefusal | undefined {
  if (adminKey === undefined) {
    if (isFromThisMachine(request)) return undefined;
    return refuse(403, "admin_key_needed", "Without gateway.admin_key this is open to the gateway's own machine only");
  }
  if (carriesAdminKey(request, adminKey)) return undefined;
  return refuse(401, "admin_key_wrong", "This wants the admin key, as authorization: Bearer KEY", {
    "www-authenticate": 'Bearer, Basic realm="keyswitch"',
  });
}

/** What a proxy on this machine hands on comes from elsewhere, whatever its address. */
function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  const isHandedOn = "forwarded" in headers || "x-forwarded-for" in headers || "x-real-ip" in headers;
  return !isHandedOn && isLocalName(hostNameOf(headers.host) ?? "") && isLocalName(socket.remoteAddress ?? "");
}

function isLocalName(name: string): boolean {
  return name === "localhost" || name === "::1" || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name);
}

/** A `Host` header without port and brackets, in lower case. */
function hostNameOf(host: string | undefined): string | undefined {
  return URL.parse(`http://${host ?? ""}`)?.hostname.replaceAll(/^\[|\]$/g, "");
}

function keyIn(authorization: string | undefined): string | undefined {
  const [, scheme, credentials = ""] = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (scheme?.toLowerCase() !== "basic") return scheme && credentials;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, "base64").toString()) ?? [];
  return password;
}

/** Digests are of one length, so that the time tells nothing of the key's. */
export function isSameKey(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function refuse(
  status: AdminRefusal["status"],
  code: AdminRefusal["code"],
  message: string,
  headers: AdminRefusal["headers"] = {},
): AdminRefusal {
  return { status, code, message, headers };
}
