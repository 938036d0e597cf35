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
  return withTls(typeof address === "string" ? readAddress(address) : address, tls);
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
