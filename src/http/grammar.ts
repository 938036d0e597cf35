/**
 * The characters of HTTP, as tables over bytes: 1 where a byte may stand. A table costs one load a byte, whatever the set
 * looks like.
 */

function table(...sets: readonly (string | readonly [from: number, to: number])[]): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const set of sets) {
    if (typeof set === "string") { for (let at = 0; at < set.length; at++) bytes[set.charCodeAt(at)] = 1; }
    else bytes.fill(1, set[0], set[1] + 1);
  }
  return bytes;
}

const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Methods and field names: `tchar` (RFC 9110 section 5.6.2). */
export const TOKEN: Uint8Array = table(ALPHANUMERIC, "!#$%&'*+-.^_`|~");

/** Field values: visible characters, spaces, tabs, and bytes over 0x7F that stand for nothing (RFC 9110 section 5.5). */
export const FIELD_VALUE: Uint8Array = table("\t", [0x20, 0x7e], [0x80, 0xff]);

/**
 * A target up to its query. RFC 3986's characters, and those that browsers leave as they are (`[]^{|}` and the
 * backtick). Not `"<>`, which no browser sends; not `#`, which starts a fragment and never leaves a client; not the
 * backslash, which `new URL` takes for a slash.
 */
export const PATH: Uint8Array = table(ALPHANUMERIC, "-._~!$&'()*+,;=:@%/[]^`{|}");

/** A target's query. Browsers leave the backslash there. */
export const QUERY: Uint8Array = table(ALPHANUMERIC, "-._~!$&'()*+,;=:@%/[]^`{|}\\?");

/** Host names as they are in use: letters, digits, `-`, `_` and `.`. */
export const HOST_NAME: Uint8Array = table(ALPHANUMERIC, "-_.");

/** What stands between the quotes of a quoted string, but for the backslash (RFC 9110 section 5.6.4). */
export const QUOTED: Uint8Array = table("\t !", [0x23, 0x5b], [0x5d, 0x7e], [0x80, 0xff]);

/** A hexadecimal digit's value; 255 for every other byte. */
export const HEX: Uint8Array = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** HTAB; this and what follows are octets by their names, as RFC 5234 appendix B.1 has them. */
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const STAR = 0x2a;
export const COMMA = 0x2c;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const ONE = 0x31;
export const NINE = 0x39;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const QUESTION = 0x3f;
export const BACKSLASH = 0x5c;
export const DELETE = 0x7f;

/**
 * Whether `bytes[start..end)` is `lower` but for case. `lower` has letters, digits and `-` only: no other token byte
 * folds to one of these.
 */
export function isToken(bytes: Uint8Array, start: number, end: number, lower: string): boolean {
  if (end - start !== lower.length) return false;
  for (let at = 0; at < lower.length; at++) {
    if ((bytes[start + at] | 0x20) !== lower.charCodeAt(at)) return false;
  }
  return true;
}
