/** A request's head as its bytes said it, whichever protocol brought it: HTTP/1.1 or, later, a gateway's. */

/** How the body that follows the head is delimited (RFC 9112 section 6). */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" };

/** A request's head. Strings are latin1: a unit is a byte. */
export interface RequestHead {
  /** As sent, case kept: `GET`. */
  readonly method: string;
  /** As sent: `/path?query`, `http://host/path` or `*` (RFC 9112 section 3.2). */
  readonly target: string;
  /** An absolute target's scheme; null where the target names none. */
  readonly targetScheme: "http" | "https" | null;
  /** Of HTTP/1.x; 1 for HTTP/2. */
  readonly minor: 0 | 1;
  /** For people: `HTTP/1.1`. */
  readonly protocol: string;
  /** Bytes of the whole head, the empty line included. */
  readonly bytes: number;
  /** The host field, or an absolute target's authority, which wins over it; empty where there is neither (HTTP/1.0). Checked: safe in `new URL`. */
  readonly authority: string;
  /** Path and query, whatever form the target has; `*` stays `*`. */
  readonly path: string;
  readonly framing: BodyFraming;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** The connection may carry another request after this one (RFC 9112 section 9.3). */
  readonly keepAlive: boolean;
  readonly fields: FieldList;
}

/** A field line: name and value. */
export type Field = readonly [name: string, value: string];

/** A head's fields, in order, duplicates kept; a value is looked up in the bytes when it is asked for. */
export interface FieldList {
  /** How many field lines. */
  readonly count: number;
  /** Name as sent, by index from 0. */
  name(index: number): string;
  /** Value without the white space around it, by index from 0. */
  value(index: number): string;
  /** The first value of a field, or null. `lowerName` is lower case. */
  first(lowerName: string): string | null;
  /** All values of a field in order, joined with a comma (RFC 9110 section 5.3), or null. `lowerName` is lower case. */
  joined(lowerName: string): string | null;
}
