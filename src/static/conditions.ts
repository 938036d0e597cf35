import { parseHttpDate } from "./http_date.ts";
import type { Validators } from "./validators.ts";

/** A request's fields, as `Headers` have them: by a name in any case, several lines of one name joined with a comma. */
export type RequestFields = Pick<Headers, "get">;

/** What a request's conditions come to: go on, there is no newer one (304), or it is not the one that was meant (412). */
export type ConditionOutcome = "proceed" | "not-modified" | "failed";

/**
 * Evaluates `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since` in the order of RFC 9110 section 13.2.2, for GET and HEAD. A
 * condition that is malformed is ignored, as section 13.1 has it for dates; an entity tag list with an error in it matches by what it has before that.
 *
 * @param headers The request's.
 */
export function evaluateConditions(headers: RequestFields, { etag, modified }: Validators): ConditionOutcome {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null) {
    if (!matches(ifMatch, etag, true)) return "failed";
  } else {
    const since = dateOf(headers, "if-unmodified-since");
    if (since !== null && modified > since) return "failed";
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return matches(ifNoneMatch, etag, false) ? "not-modified" : "proceed";
  const since = dateOf(headers, "if-modified-since");
  return since !== null && modified <= since ? "not-modified" : "proceed";
}

/**
 * Whether a `Range` may be answered in part (RFC 9110 section 13.1.5): there is no `If-Range`, or it has the very same date, which was a second past when
 * this answer is made, or the same strong tag.
 *
 * @param nowSeconds Since 1970.
 */
export function rangeHolds(headers: RequestFields, { etag, modified }: Validators, nowSeconds: number): boolean {
  const ifRange = headers.get("if-range");
  if (ifRange === null) return true;
  if (/^(?:W\/)?"/.test(ifRange)) return !etag.startsWith("W/") && ifRange === etag;
  return parseHttpDate(ifRange) === modified && nowSeconds > modified;
}

function dateOf(headers: RequestFields, name: string): number | null {
  const text = headers.get(name);
  return text === null ? null : parseHttpDate(text);
}

/** An entity tag in a list, and what stands before the next one (RFC 9110 section 8.8.3). */
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)[ \t,]*/y;

/** Whether a list of tags has this one: strongly, both are strong and the same; weakly, the same but for the `W/` (RFC 9110 section 8.8.3.2). */
function matches(list: string, etag: string, strongly: boolean): boolean {
  if (list.trim() === "*") return true;
  const isWeak = etag.startsWith("W/");
  const opaque = isWeak ? etag.slice(2) : etag;
  // A list may begin with empty elements, too (section 5.6.1.2).
  TAG.lastIndex = list.length - list.replace(/^[ \t,]+/, "").length;
  for (let found = TAG.exec(list); found !== null; found = TAG.exec(list)) {
    if (found[2] === opaque && !(strongly && (isWeak || found[1] !== undefined))) return true;
    if (TAG.lastIndex >= list.length) break;
  }
  return false;
}
