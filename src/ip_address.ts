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

/** Whether it is IPv4, in four decimal numbers: no octal ones, since `010.1.1.1` is 8.1.1.1 to some. */
export function isIpv4(text: string): boolean {
  const numbers = text.split(".");
  return numbers.length === 4 && numbers.every((number) => /^(?:0|[1-9]\d{0,2})$/.test(number) && Number(number) <= 255);
}

/**
 * Whether it is IPv6: RFC 4291 section 2.2, with RFC 4007's zone (`fe80::1%eth0`). Not by `URL.canParse`: Bun 1.4.5 takes `::0:0:0:0:0.0.0.0` for no address.
 */
export function isIpv6(text: string): boolean {
  const address = text.replace(/%[\w.-]+$/, "");
  const halves = address.split("::");
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"));
  const last = groups.at(-1) ?? "";
  const mapped = last.includes(".") && address.endsWith(last);
  if (mapped && !isIpv4(last)) return false;
  const hexadecimal = mapped ? groups.slice(0, -1) : groups;
  if (!hexadecimal.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = hexadecimal.length + (mapped ? 2 : 0);
  return halves.length === 1 ? count === 8 : halves.length === 2 && count <= 7;
}
