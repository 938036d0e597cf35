import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Address, ConnectTls, TcpAddress } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { feed, infoOf } from "./node_tls.ts";
import { NodeSocket, type ReadGate } from "./node_socket.ts";

/** What is to be secured: a connection that stands, and its ends. */
export interface Connected {
  /** A `net.Socket`, or any stream of bytes. */
  readonly below: Duplex;
  readonly local: Address;
  readonly remote: Address;
  /** Shut while the socket is paused. */
  readonly gate: ReadGate | null;
}

/** Of `ConnectOptions`, those of TLS. */
export interface SecureOptions extends TcpAddress {
  readonly tls: ConnectTls;
  readonly signal?: AbortSignal;
}

/**
 * Puts a client's TLS on a connection, by `node:tls`, on every runtime: what Deno and Bun have of their own takes no other server name than the address's.
 *
 * @param options Where it went, and how; called off by its signal.
 * @returns A paused socket, once the handshake is done.
 * @throws {BrokenError} There was none; the connection is gone then.
 * @throws The signal's reason.
 */
export function secureClient({ below, local, remote, gate }: Connected, options: SecureOptions): Promise<NodeSocket> {
  const { tls: { serverName, ca, protocols }, signal } = options;
  return new Promise((resolve, reject) => {
    const name = serverName ?? options.hostname;
    const attempt = `connect to ${formatAddress(options)}`;
    let secure: tls.TLSSocket;
    try {
      secure = tls.connect({
        socket: below,
        // Its certificate is held against this one, which an IP address is by itself, and asked for by SNI if it is a name.
        host: name,
        ...(net.isIP(name) === 0 && { servername: name }),
        ...(ca !== undefined && { ca }),
        ...(protocols !== undefined && { ALPNProtocols: [...protocols] }),
        minVersion: "TLSv1.2",
      });
    } catch (error) {
      // What is no certificate, or no protocol's name: each runtime refuses others of them at once.
      below.on("error", () => {}).destroy();
      return reject(brokenError(attempt, error));
    }
    const settle = () => {
      secure.off("error", failed).off("close", closed).off("secureConnect", done);
      below.off("error", failed);
      signal?.removeEventListener("abort", aborted);
    };
    const fail = (reason: unknown) => {
      settle();
      secure.on("error", () => {}).destroy();
      below.on("error", () => {}).destroy();
      reject(reason);
    };
    const failed = (error: Error) => fail(brokenError(attempt, error));
    const closed = () => fail(brokenError(attempt, new Error("it was closed during the handshake")));
    const aborted = () => fail(signal?.reason);
    const done = () => {
      settle();
      secure.pause();
      below.on("error", (error) => void secure.destroy(error));
      const socket = new NodeSocket(secure, local, remote, true, gate);
      socket.secured(infoOf(secure));
      resolve(feed(secure, socket));
    };
    secure.on("error", failed).on("close", closed).on("secureConnect", done);
    below.on("error", failed);
    signal?.addEventListener("abort", aborted);
    if (signal?.aborted === true) aborted();
  });
}
