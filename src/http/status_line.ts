import type { Latin1 } from "../contract/socket.ts";
import { isFieldValue } from "./field_line.ts";

/** Reason phrases of the registered codes (RFC 9110 section 15 and the IANA registry). */
const REASONS: Readonly<Record<number, string>> = {
  100: "Continue",
  101: "Switching Protocols",
  103: "Early Hints",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  208: "Already Reported",
  226: "IM Used",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  305: "Use Proxy",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  506: "Variant Also Negotiates",
  507: "Insufficient Storage",
  508: "Loop Detected",
  511: "Network Authentication Required",
};

/** Made once, so that a status line costs a load. */
const LINES: readonly Latin1[] = Array.from({ length: 600 }, (_, status) => `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n`);

/**
 * An answer's first line (RFC 9112 section 4): always `HTTP/1.1`, to HTTP/1.0 clients too (RFC 9110 section 2.5).
 *
 * @param status 100 to 599.
 * @param statusText The registered phrase stands in for an empty one.
 * @throws {TypeError} The text has a character that may not leave, such as a line end.
 */
export function statusLine(status: number, statusText: string): Latin1 {
  if (statusText === "") return LINES[status];
  if (!isFieldValue(statusText)) throw new TypeError(`send an answer: its status text ${JSON.stringify(statusText)} is not valid in HTTP`);
  return `HTTP/1.1 ${status} ${statusText}\r\n`;
}
