import type { Address } from "./socket.ts";

/** Peers, by their addresses: a block of IP addresses, or whoever comes by a Unix socket. */
export type Network = "unix" | IpNetwork;

/** A block of IP addresses (RFC 4632, RFC 4291 section 2.3). */
export interface IpNetwork {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
  /** Leading bits that count: up to 32, or 128. */
  readonly prefix: number;
}

/** Whether an address is one of those that were named. */
export type AddressTest = (address: Address) => boolean;
