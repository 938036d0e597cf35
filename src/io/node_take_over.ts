import net from "node:net";
import type { Duplex } from "node:stream";

/** What a `net.Socket` has within, on Node 20 to 24. */
interface SocketInternals {
  _handle?: object | null;
  /** Whose connections it is counted among. */
  _server?: object | null;
}

/**
 * Another socket for a connection, which the one before has no more: that one closes, and takes with it whatever stood on it. A server goes on counting the
 * connection.
 *
 * @returns Null where there is nothing of that kind below.
 */
export function takeOver(below: Duplex): net.Socket | null {
  const internals: Duplex & SocketInternals = below;
  const { _handle: handle, _server: server } = internals;
  if (typeof handle !== "object" || handle === null) return null;
  internals._handle = null;
  internals._server = null;
  below.destroy();
  // Of a socket below TLS it would ask the TLSSocket, which is no more, whether it reads; it does.
  Object.defineProperty(handle, "reading", { value: true, writable: true });
  const options: net.SocketConstructorOpts = { allowHalfOpen: true, readable: true, writable: true };
  const socket: net.Socket & SocketInternals = new net.Socket(Object.assign(options, { handle }));
  socket._server = server;
  return socket;
}
