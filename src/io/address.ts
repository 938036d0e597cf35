import type { Address, ListenTcp, ListenUnix, TcpAddress, UnixAddress } from "../contract/socket.ts";

/** The end of a Unix socket that was never bound, and of a descriptor of which nobody knows where it leads. */
export const UNNAMED: UnixAddress = { transport: "unix", path: "" };

/** An IPv4 peer of a dual-stack listener shows as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2). */
const MAPPED_IPV4 = "::ffff:";

/**
 * An IP endpoint as every engine tells it: an IPv4 address is written as one, also where a dual-stack listener met it.
 *
 * @param hostname As the runtime gives it.
 * @param port 0 to 65535.
 */
export function tcpAddress(hostname: string, port: number): TcpAddress {
  const mapped = hostname.startsWith(MAPPED_IPV4) && hostname.includes(".");
  return { transport: "tcp", hostname: mapped ? hostname.slice(MAPPED_IPV4.length) : hostname, port };
}

/** A listener's, with the port that it was told. */
export function listenAddress(options: ListenTcp | ListenUnix): Address {
  return options.transport === "unix" ? { transport: "unix", path: options.path } : tcpAddress(options.hostname, options.port);
}

/**
 * The far end of a connection, as every engine tells it.
 *
 * @param local Where it came in: a client of a Unix socket has no address.
 */
export function remoteOf(local: Address, hostname: string | undefined, port: number | undefined): Address {
  return local.transport === "unix" ? UNNAMED : tcpAddress(hostname ?? "", port ?? 0);
}

/** An address in an error message: `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`. */
export function formatAddress(address: Address): string {
  if (address.transport === "unix") return `unix:${address.path}`;
  return address.hostname.includes(":") ? `[${address.hostname}]:${address.port}` : `${address.hostname}:${address.port}`;
}
