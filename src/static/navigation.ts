/** A media type that a browser asks for when it wants a page, with a weight that may follow. */
const PAGE = /^(?:text\/html|application\/xhtml\+xml)[ \t]*(?:;|$)/i;

/** Says that the element is not wanted (RFC 9110 section 12.4.2). */
const NEVER = /;[ \t]*q=0(?:\.0{0,3})?[ \t]*$/i;

/**
 * Whether a request's sender wants a page: it names HTML in `Accept`. A browser does for what is typed or clicked; for scripts, styles, images and
 * `fetch()` it sends other types, or any (Fetch standard, section 5.2, step 13).
 *
 * @param accept The field, or null without one.
 */
export function acceptsPage(accept: string | null): boolean {
  return (accept ?? "").split(",").some((element) => PAGE.test(element.trim()) && !NEVER.test(element));
}
