const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const COLON = 0x3a;

/** IPv4 in IPv6, as `new URL` writes it (RFC 4291 section 2.5.5.2). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Characters of the longest IPv6 address, with an IPv4 one at its end. */
const LONGEST_IPV6 = 45;

/**
 * Reads an IP address, and writes it as the engines tell of theirs: IPv6 in its shortest form (RFC 5952), and an IPv4 address within one as IPv4.
 *
 * @param text Without brackets.
 * @returns Null if it is none: octal numbers, zones and names are not.
 */
export function canonicalIp(text: string): string | null {
  if (text.length > LONGEST_IPV6) return null;
  if (!text.includes(":")) return isIpv4(text) ? text : null;
  if (!/^[0-9a-f:.]+$/i.test(text)) return null;
  let shortest: string;
  try {
    shortest = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  } catch {
    return null;
  }
  const [, high, low] = MAPPED.exec(shortest) ?? [];
  if (high === undefined) return shortest;
  const [first, second] = [parseInt(high, 16), parseInt(low!, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join(".");
}

/**
 * Whether `text[start..end)` is IPv4, in four decimal numbers: no octal ones, since `010.1.1.1` is 8.1.1.1 to some.
 *
 * @param end @default the text's
 */
export function isIpv4(text: string, start: number = 0, end: number = text.length): boolean {
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

/**
 * Whether `text[start..end)` is IPv6 (RFC 4291 section 2.2), without a zone. Not by `URL.canParse`: Bun 1.4.5 takes `::0:0:0:0:0.0.0.0` for no address.
 *
 * @param end @default the text's
 */
export function isIpv6(text: string, start: number = 0, end: number = text.length): boolean {
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
    while (at < end && isHexadecimal(text.charCodeAt(at))) at++;
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

/** Whether it is IPv6, with or without RFC 4007's zone: `fe80::1%eth0`. */
export function isZonedIpv6(text: string): boolean {
  return isIpv6(text.replace(/%[\w.-]+$/, ""));
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}

function isHexadecimal(unit: number): boolean {
  const lower = unit | 0x20;
  return isDigit(unit) || lower >= 0x61 && lower <= 0x66;
}
