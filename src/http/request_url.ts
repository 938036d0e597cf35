import type { RequestHead } from "../contract/head.ts";

/**
 * Paths and queries that `new URL` leaves as they are: characters it does not encode, and no segment that begins with a dot or a percent
 * sign (`/./`, `/..`, `/%2e`). A fifth of what `new URL(...).href` costs.
 */
const PLAIN = /^\/(?![.%])(?:[\w!$&()*+,\-.:;=@~%]|\/(?![.%]))*(?:\?[\w!$&()*+,\-.:;=@~%/?]*)?$/;

/**
 * The origin of the last request: nearly all requests of a server have the same, and a client that changes it each time pays for one `new
 * URL`.
 */
let lastScheme = "";
let lastAuthority = "";
let lastOrigin = "";

/**
 * A request's URL as `Request.url` gives it: absolute, normalized, without a fragment. That of `OPTIONS *` has the path `/` (RFC 9112
 * section 3.3).
 *
 * @param fallbackAuthority Where the head names no host (HTTP/1.0).
 */
export function requestUrl(scheme: "http" | "https", head: RequestHead, fallbackAuthority: string): string {
  const authority = head.authority === "" ? fallbackAuthority : head.authority;
  if (authority !== lastAuthority || scheme !== lastScheme) {
    lastOrigin = new URL(`${scheme}://${authority}`).origin;
    lastAuthority = authority;
    lastScheme = scheme;
  }
  const { path } = head;
  if (PLAIN.test(path)) return lastOrigin + path;
  return path === "*" ? `${lastOrigin}/` : normalized(lastOrigin, path);
}

function normalized(origin: string, path: string): string {
  // A unit over 0x7F is a byte; `new URL` would take it for a character and encode that.
  const ascii = path.replace(/[\x80-\xff]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  const url = new URL(origin + ascii);
  url.hash = "";
  return url.href;
}
