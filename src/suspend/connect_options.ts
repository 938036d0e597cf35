import type { Address, ConnectOptions, ConnectTls } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { formatAddress } from "../io/address.ts";
import { LISTENER } from "../options/parse.ts";

/**
 * What an engine connects to, of what an app gave.
 *
 * @param address `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`, or taken apart.
 * @throws {TypeError} The address is none, TLS is asked for over a Unix socket, or a protocol is none.
 */
export function connectOptions(address: string | Address, tls: boolean | ConnectTls): ConnectOptions {
  return withTls(typeof address === "string" ? checked(readAddress(address)) : checked(address), tls);
}

/** The runtimes would each say otherwise of what no address is, as late as in the attempt. */
function checked(address: Address): Address {
  const { transport, path, hostname, port }: { readonly [name: string]: unknown } = { ...address };
  if (transport === "unix" && isText(path)) return address;
  if (transport === "tcp" && isText(hostname) && Number.isInteger(port) && port as number > 0 && port as number <= 65535) return address;
  throw new TypeError('connect: not an address: write "HOST:PORT", { transport: "tcp", hostname, port } or { transport: "unix", path }');
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function withTls(address: Address, tls: boolean | ConnectTls): ConnectOptions {
  if (tls === false) return address;
  if (address.transport === "unix") throw new TypeError(`connect to ${formatAddress(address)}: TLS is spoken over TCP alone`);
  const options = tls === true ? {} : tls;
  for (const protocol of options.protocols ?? []) {
    const { length } = new TextEncoder().encode(protocol);
    if (length > 0 && length < 256) continue;
    throw new TypeError(`connect to ${formatAddress(address)}: a protocol of ${length} bytes; one of 1 to 255 is wanted (RFC 7301)`);
  }
  return { ...address, tls: options };
}

function readAddress(text: string): Address {
  try {
    return LISTENER.parse(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new TypeError(`connect to ${JSON.stringify(text)}: ${error.message}`);
  }
}
