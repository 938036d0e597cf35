import type { IoEngine, Listener, ListenOptions, Socket } from "../contract/socket.ts";

/** One of a server's listeners. */
export interface OpenListener {
  readonly listener: Listener;
  /** It speaks TLS. */
  readonly secure: boolean;
}

/**
 * Opens all listeners of a server, or none: if one fails, those that were opened are closed again.
 *
 * @throws {BrokenError} As `IoEngine.listen`.
 */
export async function openListeners(
  engine: IoEngine,
  addresses: readonly ListenOptions[],
  accept: (socket: Socket, secure: boolean) => void,
): Promise<readonly OpenListener[]> {
  const opened: OpenListener[] = [];
  try {
    for (const address of addresses) {
      const secure = address.tls !== undefined;
      opened.push({ listener: await engine.listen(address, (socket) => accept(socket, secure)), secure });
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
