import type { Latin1 } from "../contract/socket.ts";
import { HEX, HOST_NAME } from "./grammar.ts";

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

function isIpv4(text: string, start: number, end: number): boolean {
  let parts = 0;
  for (let at = start; at <= end; parts++) {
    const first = at;
    let value = 0;
    while (at < end && isDigit(text.charCodeAt(at))) value = value * 10 + text.charCodeAt(at++) - ZERO;
    const digits = at - first;
    if (digits === 0 || digits > 3 || value > 255 || (digits > 1 && text.charCodeAt(first) === ZERO)) return false;
    if (at < end && text.charCodeAt(at) !== DOT) return false;
    at++;
  }
  return parts === 4;
}

/** RFC 3986 section 3.2.2, `IPv6address`; no zone, and nothing of the future. */
function isIpv6(text: string, start: number, end: number): boolean {
  let groups = 0;
  let gap = false;
  /** A group may follow: here is the start, or a colon was read. */
  let open = true;
  let at = start;
  while (at < end) {
    if (text.charCodeAt(at) === COLON) {
      const double = text.charCodeAt(at + 1) === COLON;
      if (double ? gap || (open && groups > 0) : open) return false;
      gap ||= double;
      at += double ? 2 : 1;
      open = true;
      continue;
    }
    if (!open) return false;
    open = false;
    const first = at;
    while (at < end && HEX[text.charCodeAt(at)] < 16) at++;
    if (text.charCodeAt(at) === DOT) {
      groups += 2;
      if (!isIpv4(text, first, end)) return false;
      break;
    }
    if (at === first || at - first > 4) return false;
    groups++;
  }
  const closed = !open || (gap && text.charCodeAt(end - 2) === COLON);
  return closed && (gap ? groups < 8 : groups === 8);
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
