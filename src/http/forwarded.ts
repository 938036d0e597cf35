import type { FieldList } from "../contract/head.ts";
import type { Address, TcpAddress } from "../contract/socket.ts";
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

const NOTHING: Forwarded = { address: null, scheme: null, authority: null };

/**
 * Reads who the client is, by `Forwarded` (RFC 7239) or the X-Forwarded fields, from a request that a trusted proxy has sent. Hops are read right to
 * left, as each proxy adds its own at the end: the first address that is no proxy of ours is the client, and what stands to the left of it is
 * the client's own word, which counts for nothing. So does all that stands left of a hop that cannot be read.
 */
export function readForwarded(fields: FieldList, trust: Trust): Forwarded {
  const hops = hopsOf(fields, trust.fields);
  let said = NOTHING;
  for (let index = hops.length - 1; index >= 0; index--) {
    const hop = hops[index]!;
    const address = hop.for === null ? null : readNode(hop.for);
    if (address === null && hop.for !== null) break;
    said = { address: address ?? said.address, scheme: schemeOf(hop.proto), authority: authorityOf(hop.host) };
    if (address === null || !trust.trusts(address)) break;
  }
  return said;
}

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
  return Array.from({ length: count }, (_, index) => {
    const back = count - 1 - index;
    return { for: addresses[addresses.length - 1 - back] ?? null, proto: fromRight(protos, back), host: fromRight(hosts, back) };
  });
}

/** RFC 7239 section 4. Elements left of one that is not valid are dropped. */
function readElements(value: string): Hop[] {
  const hops: Hop[] = [];
  for (const element of splitOutside(value, ",").reverse()) {
    const hop = { for: null, proto: null, host: null } as Record<keyof Hop, string | null>;
    for (const pair of splitOutside(element, ";")) {
      const [, name, token, quoted] = /^\s*([\w!#$%&'*+.^`|~-]+)=(?:([^\s"]*)|"((?:[^"\\]|\\.)*)")\s*$/.exec(pair) ?? [];
      if (name === undefined) return hops.reverse();
      const key = name.toLowerCase();
      if (key === "for" || key === "proto" || key === "host") hop[key] = token ?? quoted!.replace(/\\(.)/g, "$1");
    }
    hops.push(hop);
  }
  return hops.reverse();
}

/** Splits where the separator is not within a quoted string. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (quoted && unit === "\\") at++;
    else if (unit === '"') quoted = !quoted;
    else if (unit === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** An address with or without a port, IPv6 with or without brackets; null for `unknown`, hidden names, and what is no address. */
function readNode(text: string): TcpAddress | null {
  const bracketed = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text;
  const [, v6, v4, port] = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::(\d+))?$/.exec(bracketed) ?? [];
  const hostname = v6 ?? v4;
  if (hostname === undefined || !isAuthority(bracketed, 0, bracketed.length)) return null;
  return { transport: "tcp", hostname, port: Number(port ?? 0) };
}

function schemeOf(text: string | null): "http" | "https" | null {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : null;
}

function authorityOf(text: string | null): string | null {
  return text !== null && isAuthority(text, 0, text.length) ? text : null;
}
