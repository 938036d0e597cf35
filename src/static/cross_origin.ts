/** What pages of all origins may read: the CORS protocol of the Fetch standard, for files that anyone may have. */

/** Fields that a page may not read unless it is told so. */
const EXPOSED = "accept-ranges, content-encoding, content-length, content-range, etag";

/** Fields that a page may send by `fetch()`, beside those that it may always. */
const SENT = "if-match, if-modified-since, if-none-match, if-range, if-unmodified-since, range";

/** Seconds for which a browser need not ask again; Chromium keeps it for two hours at most. */
const PREFLIGHT_SECONDS = 7200;

/** Lets pages of all origins read an answer. No credentials go with it: what is served is the same for everyone. */
export function allowAllOrigins(headers: Headers): void {
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
}

/**
 * Adds what a preflight request asks for to its answer.
 *
 * @param methods As `Allow` has them.
 */
export function allowPreflight(headers: Headers, methods: string): void {
  headers.set("access-control-allow-methods", methods);
  headers.set("access-control-allow-headers", SENT);
  headers.set("access-control-max-age", String(PREFLIGHT_SECONDS));
}
