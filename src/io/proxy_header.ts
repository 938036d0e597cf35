import type { TcpAddress } from "../contract/socket.ts";
import { canonicalIp } from "../ip_address.ts";
import { tcpAddress } from "./address.ts";

/** Both ends of the connection that a proxy took from its client; null where it speaks for itself, as in a health check. */
export interface ProxiedEnds {
  readonly remote: TcpAddress;
  readonly local: TcpAddress;
}

/** A header that is whole. */
export interface ProxyHeader {
  /** Its length; what follows is the client's. */
  readonly bytes: number;
  readonly ends: ProxiedEnds | null;
}

/** The longest of version 1, CRLF included. */
const LONGEST_TEXT = 107;

/** Addresses take 36 bytes; the rest is for what proxies add to them (a client's certificate), which is passed over. The format allows 64 KiB. */
const LONGEST_BINARY = 16_384;

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const TEXT_START = "PROXY ";

/** Of version 2: the command and the kinds of addresses. */
const LOCAL = 0x20;
const PROXY = 0x21;
const TCP4 = 0x11;
const TCP6 = 0x21;

/**
 * Reads the header of the PROXY protocol, version 1 or 2 (haproxy.org, proxy-protocol.txt, sections 2.1 and 2.2).
 *
 * @param bytes What has come, from the connection's first byte on.
 * @returns Null if more must come; `"bad"` if it is no such header.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader | "bad" | null {
  if (bytes.length === 0) return null;
  return bytes[0] === SIGNATURE[0] ? readBinary(bytes) : readText(bytes);
}

function readText(bytes: Uint8Array): ProxyHeader | "bad" | null {
  const text = String.fromCharCode(...bytes.subarray(0, LONGEST_TEXT));
  if (!text.startsWith(TEXT_START.slice(0, text.length))) return "bad";
  const end = text.indexOf("\r\n");
  if (end < 0) return text.length === LONGEST_TEXT ? "bad" : null;
  const line = text.slice(0, end);
  if (line === "PROXY UNKNOWN" || line.startsWith("PROXY UNKNOWN ")) return { bytes: end + 2, ends: null };
  const [, family, source, target, sourcePort, targetPort] = /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line) ?? [];
  if (family === undefined) return "bad";
  const remote = textAddress(family, source!, sourcePort!);
  const local = textAddress(family, target!, targetPort!);
  return remote === null || local === null ? "bad" : { bytes: end + 2, ends: { remote, local } };
}

function textAddress(family: string, text: string, port: string): TcpAddress | null {
  const hostname = canonicalIp(text);
  if (hostname === null || Number(port) > 65_535 || text.includes(":") !== (family === "6")) return null;
  return tcpAddress(hostname, Number(port));
}

function readBinary(bytes: Uint8Array): ProxyHeader | "bad" | null {
  for (let at = 0; at < Math.min(bytes.length, SIGNATURE.length); at++) if (bytes[at] !== SIGNATURE[at]) return "bad";
  if (bytes.length < 16) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const command = bytes[12]!;
  const length = 16 + view.getUint16(14);
  if (command !== LOCAL && command !== PROXY || length > LONGEST_BINARY) return "bad";
  if (bytes.length < length) return null;
  if (command === LOCAL) return { bytes: length, ends: null };
  const kind = bytes[13]!;
  // What is neither, a Unix socket or UDP, has no address that counts here: the specification has the real one kept.
  if (kind !== TCP4 && kind !== TCP6) return { bytes: length, ends: null };
  const size = kind === TCP4 ? 4 : 16;
  if (length < 16 + 2 * size + 4) return "bad";
  const addressAt = kind === TCP4 ? ipv4At : ipv6At;
  const ports = 16 + 2 * size;
  const remote = tcpAddress(addressAt(view, 16), view.getUint16(ports));
  const local = tcpAddress(addressAt(view, 16 + size), view.getUint16(ports + 2));
  return { bytes: length, ends: { remote, local } };
}

function ipv4At(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((byte) => view.getUint8(at + byte)).join(".");
}

function ipv6At(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, group) => view.getUint16(at + 2 * group).toString(16));
  // Eight groups of digits are an address.
  return canonicalIp(groups.join(":"))!;
}
