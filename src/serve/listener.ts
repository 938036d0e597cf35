import type { Listener, ListenOptions } from "../contract/socket.ts";

/** One of a server's listeners. */
export interface OpenListener {
  readonly listener: Listener;
  /** It speaks TLS. */
  readonly secure: boolean;
}

/**
 * Opens all listeners of a server, or none: if one fails, those that were opened are closed again.
 *
 * @throws {BrokenError} As `IoEngine.listen`, or `LoopEngine.listen`.
 */
export async function openListeners(
  addresses: readonly ListenOptions[],
  listen: (address: ListenOptions, secure: boolean) => Promise<Listener>,
): Promise<readonly OpenListener[]> {
  const opened: OpenListener[] = [];
  try {
    for (const address of addresses) {
      const secure = address.tls !== undefined;
      opened.push({ listener: await listen(address, secure), secure });
    }
  } catch (error) {
    await Promise.all(opened.map(({ listener }) => listener.close()));
    throw error;
  }
  return opened;
}

/**
 * A listener's URL: `http://127.0.0.1:8080/`; an address that stands for all of them is shown as the loopback one. A Unix socket has no URL that
 * clients agree on: `unix:/path`.
 */
export function urlOf({ listener: { address }, secure }: OpenListener): string {
  if (address.transport === "unix") return `unix:${address.path}`;
  const { hostname, port } = address;
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  return new URL(`${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`).href;
}
