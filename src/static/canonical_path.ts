/** What means the same with and without its escape (RFC 3986 section 2.3). */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/**
 * A URL's path in the one form that all equal ones have (RFC 3986 sections 6.2.2.1 and 6.2.2.2): `/%61/f%c3%bc` is `/a/f%C3%BC`. An escape of what
 * separates (`%2F`) stays one. A path with a bad escape is left as it is, so that none comes into being: `%2%46` is not `%2F`.
 *
 * @param path Absolute, and without dots that lead upwards, as a URL's.
 */
export function canonicalPath(path: string): string {
  if (!path.includes("%") || /%(?![0-9a-f]{2})/i.test(path)) return path;
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
}
