import type { ErrorClass } from "../../machines/events.ts";

/**
 * Codes of Node, undici, libuv, OpenSSL and Bun for a connection that failed: the same credential may work in a moment, except
 * where trust failed (advance, do not retry) or where the request could never be sent.
 */
const transportCodes: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ...classOf("transient", [
    "ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "ETIMEDOUT", "ESOCKETTIMEDOUT", "EPIPE", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH",
    "ENETDOWN", "ENETRESET", "ENOTCONN", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "ENOTFOUND", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS",
    "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_SOCKET", "UND_ERR_CLOSED", "UND_ERR_DESTROYED",
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "UND_ERR_INFO", "UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_EXCEEDED_MAX_SIZE", "UND_ERR_PRX_TLS",
    "ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED", "ERR_HTTP2_STREAM_ERROR", "ERR_HTTP2_STREAM_CANCEL", "ERR_HTTP2_SESSION_ERROR",
    "ERR_HTTP2_GOAWAY_SESSION", "ERR_HTTP2_INVALID_SESSION", "ERR_HTTP2_PING_CANCEL", "ERR_SOCKET_CLOSED", "ERR_SOCKET_CONNECTION_TIMEOUT",
    "ERR_TLS_HANDSHAKE_TIMEOUT", "ERR_NETWORK", "ConnectionRefused", "ConnectionClosed", "ConnectionReset", "FailedToOpenSocket",
  ]),
  ...classOf("auth", [
    "CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID", "CERT_REVOKED", "CERT_UNTRUSTED", "CERT_REJECTED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "ERR_TLS_CERT_ALTNAME_INVALID",
    "HOSTNAME_MISMATCH", "EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "CERTIFICATE_VERIFY_FAILED",
  ]),
  ...classOf("permanent", ["ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR", "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE", "UND_ERR_INVALID_ARG", "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH", "UND_ERR_NOT_SUPPORTED"]),
  // says who ended it, not why: the engine looks at its own signal
  ...classOf("unknown", ["ABORT_ERR", "UND_ERR_ABORTED", "ERR_CANCELED", "ECANCELED"]),
]); // prettier-ignore

/** As llhttp, zlib, Brotli and Zstandard name their errors in Node: the answer was no HTTP, or not compressed as it said. */
const brokenAnswerCode = /^(?:HPE_|Z_|ERR__ERROR_FORMAT_|ZSTD_error_)/;

/** undici's error for the same, which has no code. Its words ("invalid …") would seem to blame the request. */
const brokenAnswerName = "HTTPParserError";

/** The class of a connection that failed with this code; `undefined`: it is no code of a connection. */
export function classOfTransportCode(code: string): ErrorClass | undefined {
  return transportCodes.get(code) ?? (brokenAnswerCode.test(code) ? "transient" : undefined);
}

/** The class of a connection that failed with an error of this name; `undefined`: it is none of a connection's. */
export function classOfTransportName(name: string): ErrorClass | undefined {
  return name === brokenAnswerName ? "transient" : undefined;
}

const codeInText =
  /\b(?:E[A-Z]{3,20}(?:_[A-Z]{2,10})?|UND_ERR_[A-Z_]{3,40}|(?:ERR|CERT|HPE|UNABLE|SELF|DEPTH)_[A-Z0-9_]{3,50}|CERTIFICATE_VERIFY_FAILED|ABORT_ERR)\b/g;

/** The transport codes that a printed error shows, in order. */
export function transportCodesIn(text: string): readonly string[] {
  return (text.match(codeInText) ?? []).filter((code) => classOfTransportCode(code) !== undefined);
}

function classOf(errorClass: ErrorClass, codes: readonly string[]): readonly (readonly [string, ErrorClass])[] {
  return codes.map((code) => [code, errorClass] as const);
}
