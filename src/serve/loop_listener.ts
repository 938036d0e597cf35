import type { LoopEngine, LoopListener, LoopListenOptions } from "../contract/loop.ts";
import { DEFAULT_BACKLOG, type ListenOptions } from "../contract/socket.ts";
import { LoopRequest } from "./loop_request.ts";
import type { ServerContext } from "./server_context.ts";

/**
 * Has a loop engine listen, and take each request to its core.
 *
 * @param connections Connections that may be open.
 * @throws {UnsupportedError} It has no such listener.
 * @throws {BrokenError} It cannot listen.
 */
export async function listenByLoop(
  loop: LoopEngine,
  address: ListenOptions,
  server: ServerContext,
  connections: number,
): Promise<LoopListener> {
  const { timeouts, limits, keepAliveRequests } = server;
  const { keepAliveMs, idleGraceMs, headMs, handshakeMs } = timeouts;
  const options: LoopListenOptions = {
    backlog: DEFAULT_BACKLOG,
    ...address,
    connections,
    keepAliveRequests,
    keepAliveMs,
    idleGraceMs,
    headMs,
    handshakeMs,
    headBytes: limits.headBytes,
  };
  const secure = address.tls !== undefined;
  return await loop.listen(options, (exchange) => {
    const hasRoom = server.open.admit();
    new LoopRequest(server, exchange, secure, loop.givesChunks).begin(hasRoom);
  });
}
