import type { ListenOptions } from "../contract/socket.ts";

/**
 * What a listener is told of by at the start: its URL, and for one on every interface those that other machines reach it by.
 *
 * @param url The listener's, which has the loopback address for every interface.
 * @param ownAddresses Lists this machine's addresses.
 * @returns Lines without an end.
 */
export async function reachOf(
  url: string,
  listener: ListenOptions,
  ownAddresses: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (listener.transport === "unix" || !EVERY_INTERFACE.includes(listener.hostname)) return [`listening on ${url}`];
  // It serves all the same: some containers, and Android, do not let the interfaces be listed.
  const all = await ownAddresses().catch(() => []);
  const addresses = all.filter((address) => listener.hostname === "::" || !address.includes(":"));
  return [`listening on ${url} (every interface)`, ...addresses.map((address) => `on the network: ${urlAt(url, address)}`)];
}

const EVERY_INTERFACE: readonly string[] = ["0.0.0.0", "::"];

function urlAt(url: string, address: string): string {
  const other = new URL(url);
  other.hostname = address.includes(":") ? `[${address}]` : address;
  return other.href;
}
