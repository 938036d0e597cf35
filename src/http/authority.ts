import type { Latin1 } from "../contract/socket.ts";
import { isIpv4, isIpv6 } from "../ip_address.ts";
import { HOST_NAME } from "./grammar.ts";

// The file's own, though grammar.ts has them: Node 24 and Deno 2.9 load an imported constant at each use.
const NAME_TABLE = HOST_NAME;
const DASH = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN = 0x5b;

/** The last text that passed: most requests come for one name, and to read it anew is 4 % of what hello costs (Node 24). */
let passed = "";

/**
 * Whether `text[start..end)` is a host with or without a port that every runtime's `new URL` takes for the same host: a
 * name of letters, digits, `-`, `_` and `.`, an IPv4 address in its four decimal parts, or an IPv6 address in brackets.
 *
 * RFC 3986 would let more pass, such as `%41`, `a;b` or `0x7f.1`. `new URL` throws on some of it, and takes some for
 * another host (`0x7f.1` is 127.0.0.1); so such a request is refused before an app sees it. International names come as
 * `xn--` labels.
 */
export function isAuthority(text: Latin1, start: number, end: number): boolean {
  if (end > start && end - start === passed.length && text.startsWith(passed, start)) return true;
  if (!readAuthority(text, start, end)) return false;
  passed = text.slice(start, end);
  return true;
}

function readAuthority(text: Latin1, start: number, end: number): boolean {
  if (text.charCodeAt(start) === OPEN) {
    const close = text.indexOf("]", start);
    return close > 0 && close < end && isIpv6(text, start + 1, close) && isPort(text, close + 1, end);
  }
  let label = start;
  let doubleDash = false;
  let at = start;
  for (; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === DOT) {
      if (at === label) return false;
      label = at + 1;
    } else if (unit === DASH) doubleDash ||= text.charCodeAt(at + 1) === DASH;
    else if (NAME_TABLE[unit] === 0) break;
  }
  if (at === start || (doubleDash && !isIdna(text.slice(start, at)))) return false;
  // A dot at the end makes a name absolute; `new URL` drops an address's, so an address may have none.
  const last = label < at ? label : text.lastIndexOf(".", at - 2) + 1;
  if (isDigit(text.charCodeAt(last)) && isNumber(text, Math.max(start, last), at) && !isIpv4(text, start, at)) return false;
  return at === end || isPort(text, at, end);
}

/** The rules for `xn--` labels are `new URL`'s own, and are long. Seen: Bun 1.4 and Deno 2.9 refuse malformed ones, Node 24 none. */
function isIdna(name: string): boolean {
  if (!/(?:^|\.)xn--/i.test(name)) return true;
  try {
    return new URL(`http://${name}/`).hostname === name.toLowerCase();
  } catch {
    return false;
  }
}

/** Whether `new URL` takes a last label, with or without a dot behind it, for a number, and so the whole name for an IPv4 address. */
function isNumber(text: string, start: number, end: number): boolean {
  return /^(?:\d+|0[xX][0-9A-Fa-f]*)\.?$/.test(text.slice(start, end));
}

/** Whether `text[start..end)` is nothing, or a colon and a port; the port may be empty (RFC 3986 section 3.2.3). */
function isPort(text: string, start: number, end: number): boolean {
  if (start === end) return true;
  if (text.charCodeAt(start) !== COLON) return false;
  let port = 0;
  for (let at = start + 1; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (!isDigit(unit)) return false;
    port = port * 10 + unit - ZERO;
    if (port > 65_535) return false;
  }
  return true;
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}
