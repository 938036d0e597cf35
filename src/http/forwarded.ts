import type { FieldList } from "../contract/head.ts";
import type { Address, TcpAddress } from "../contract/socket.ts";
import { canonicalIp } from "../ip_address.ts";
import { isAuthority } from "./authority.ts";

/** What proxies say of one request's client. Null where they say nothing, or nothing valid. */
export interface Forwarded {
  /** The port is 0 where it was not told. */
  readonly address: TcpAddress | null;
  readonly scheme: "http" | "https" | null;
  readonly authority: string | null;
}

/** What is believed of them, and of whom. */
export interface Trust {
  /** Whether a peer at this address is a proxy of ours, which tells the truth of whoever came to it. */
  trusts(address: Address): boolean;
  /** The fields that these proxies write themselves, in lower case: in all others stands what a client pleased. */
  readonly fields: ReadonlySet<string>;
}

/** One hop: what a proxy says of whoever sent it the request. */
type Hop = Readonly<Record<"for" | "proto" | "host", string | null>>;

/** An IPv6 address in brackets, with a port. */
const LONGEST_NODE = 53;

/** Of a peer that is no proxy of ours too. */
export const NOTHING_SAID: Forwarded = { address: null, scheme: null, authority: null };

/**
 * Reads who the client is, by `Forwarded` (RFC 7239) or the X-Forwarded fields, from a request that a trusted proxy has sent. Hops are read right to
 * left, as each proxy adds its own at the end: the first address that is no proxy of ours is the client, and what stands to the left of it is
 * the client's own word, which counts for nothing. So does all that stands left of a hop that cannot be read.
 */
export function readForwarded(fields: FieldList, trust: Trust): Forwarded {
  let said = NOTHING_SAID;
  for (const hop of hopsOf(fields, trust.fields)) {
    const address = hop.for === null ? null : readNode(hop.for);
    if (address === null && hop.for !== null) break;
    said = { address: address ?? said.address, scheme: schemeOf(hop.proto), authority: authorityOf(hop.host) };
    if (address === null || !trust.trusts(address)) break;
  }
  return said;
}

/** From the last to the first. */
function hopsOf(fields: FieldList, believed: ReadonlySet<string>): Hop[] {
  if (believed.has("forwarded")) {
    const value = fields.joined("forwarded");
    if (value !== null) return readElements(value);
  }
  const listOf = (name: string) => believed.has(name) ? fields.joined(name)?.split(",").map((item) => item.trim()) ?? [] : [];
  const [addresses, protos, hosts] = [listOf("x-forwarded-for"), listOf("x-forwarded-proto"), listOf("x-forwarded-host")];
  const count = Math.max(addresses.length, protos.length > 0 || hosts.length > 0 ? 1 : 0);
  // A field that only the outermost proxy writes has one item for all hops.
  const fromRight = (list: readonly string[], back: number) => list[Math.max(0, list.length - 1 - back)] ?? null;
  return Array.from({ length: count }, (_, back) => {
    return { for: addresses.at(-1 - back) ?? null, proto: fromRight(protos, back), host: fromRight(hosts, back) };
  });
}

/** RFC 7239 section 4, from the last element to the first. Elements left of one that is not valid are dropped. */
function readElements(value: string): Hop[] {
  const hops: Hop[] = [];
  for (const element of splitFromRight(value, ",")) {
    const hop = { for: null, proto: null, host: null } as Record<keyof Hop, string | null>;
    for (const pair of splitFromRight(element, ";")) {
      const [, name, token, quoted] = /^\s*([\w!#$%&'*+.^`|~-]+)=(?:([^\s"]*)|"((?:[^"\\]|\\.)*)")\s*$/.exec(pair) ?? [];
      if (name === undefined) return hops;
      const key = name.toLowerCase();
      if (key === "for" || key === "proto" || key === "host") hop[key] = token ?? quoted!.replace(/\\(.)/g, "$1");
    }
    hops.push(hop);
  }
  return hops;
}

/**
 * Splits where the separator is not within a quoted string, and gives the parts from the last to the first. It pairs quotes from the right, where the
 * proxies of ours have written: one that a client opened and did not close would else take their words in.
 */
function splitFromRight(text: string, separator: string): string[] {
  const parts: string[] = [];
  let end = text.length;
  let quoted = false;
  for (let at = end - 1; at >= 0; at--) {
    if (text[at] === '"') quoted = !quoted || isEscaped(text, at);
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(at + 1, end));
      end = at;
    }
  }
  parts.push(text.slice(0, end));
  return parts;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}

/** An address with or without a port, IPv6 with or without brackets; null for `unknown`, hidden names, and what is no address. */
function readNode(text: string): TcpAddress | null {
  if (text.length > LONGEST_NODE) return null;
  const bare = canonicalIp(text);
  if (bare !== null) return { transport: "tcp", hostname: bare, port: 0 };
  const [, v6, v4, port = ""] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const hostname = canonicalIp(v6 ?? v4 ?? "");
  if (hostname === null || (v6 !== undefined && !v6.includes(":")) || Number(port) > 65_535) return null;
  return { transport: "tcp", hostname, port: Number(port) };
}

function schemeOf(text: string | null): "http" | "https" | null {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : null;
}

function authorityOf(text: string | null): string | null {
  return text !== null && isAuthority(text, 0, text.length) ? text : null;
}
