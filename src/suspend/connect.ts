import type { RequestHost } from "../contract/engine.ts";
import type { Address, ConnectOptions, ConnectTls, Socket } from "../contract/socket.ts";
import type { TimeLimit } from "../contract/waiting.ts";
import { BrokenError } from "../errors.ts";
import { formatAddress } from "../io/address.ts";
import { openStream, type Stream } from "../io/streams.ts";
import { checkTimeout } from "../time_limit.ts";
import { connectOptions } from "./connect_options.ts";
import { currentHost } from "./current_host.ts";

/** How `connect` connects. */
export interface ConnectLimits extends TimeLimit {
  /**
   * Ends the connection when it aborts, before it stands and after: reads and writes then fail with the signal's reason. With a request's own signal
   * it ends when the client goes.
   *
   * @default none
   */
  readonly signal?: AbortSignal;
  /**
   * Speaks TLS, 1.2 or later: with the address's own host, or as it says here. A server that does not show by its certificate to be the one that was
   * asked for is refused.
   *
   * @default false
   */
  readonly tls?: boolean | ConnectTls;
}

/**
 * Connects to a TCP port or a Unix socket, within a request or outside (uWSGI `uwsgi.async_connect()`); the event loop does not stand still meanwhile.
 *
 * @example
 * ```ts
 * const cache = await connect("127.0.0.1:11211", { timeoutMs: 500, signal: request.signal });
 * await cache.write("get greeting\r\n");
 * const answer = await cache.read({ timeoutMs: 500 });
 * ```
 * @param address `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`, or taken apart.
 * @param limits How long it may take, and what ends it.
 * @throws {BrokenError} (as a rejection) Refused, unreachable, no such file, not there in time, or not who the certificate must be for.
 * @throws {TypeError} (as a rejection) The address is none, TLS is asked for over a Unix socket, or a protocol is none.
 * @throws {RangeError} (as a rejection) The time is out of bounds.
 * @throws The signal's reason (as a rejection).
 */
export async function connect(address: string | Address, { timeoutMs = 0, signal, tls = false }: ConnectLimits = {}): Promise<Stream> {
  checkTimeout("connect()", timeoutMs);
  const options = connectOptions(address, tls);
  const found = currentHost();
  return await connectBy(found instanceof Promise ? await found : found, options, timeoutMs, signal);
}

/**
 * As `connect`, by a network and a time that are given.
 *
 * @param opened Gets the socket below the stream. @returns What is called once, when nothing comes or goes any more.
 */
export async function connectBy(
  host: RequestHost,
  options: ConnectOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  opened: (socket: Socket) => () => void = () => () => {},
): Promise<Stream> {
  signal?.throwIfAborted();
  const socket = await connectWithin(host, options, timeoutMs, signal);
  const abort = () => stream.abort(signal?.reason);
  const closed = opened(socket);
  const stream = openStream(socket, host.after, () => {
    signal?.removeEventListener("abort", abort);
    closed();
  });
  signal?.addEventListener("abort", abort);
  if (signal?.aborted === true) abort();
  return stream;
}

function connectWithin(host: RequestHost, options: ConnectOptions, timeoutMs: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const attempt = new AbortController();
    let isOver = false;
    const settle = (): boolean => {
      if (isOver) return false;
      isOver = true;
      timer?.cancel();
      signal?.removeEventListener("abort", aborted);
      return true;
    };
    const callOff = (reason: unknown) => {
      if (!settle()) return;
      attempt.abort(reason);
      reject(reason);
    };
    const aborted = () => callOff(signal?.reason);
    const expired = () => callOff(new BrokenError(`connect to ${formatAddress(options)}: no answer within ${timeoutMs} ms`));
    const timer = timeoutMs > 0 ? host.after(timeoutMs, expired) : null;
    signal?.addEventListener("abort", aborted);
    host.io.connect({ ...options, signal: attempt.signal }).then((socket) => {
      if (settle()) resolve(socket);
      // An engine that cannot be called off brings it late.
      else socket.abort();
    }, (error: unknown) => {
      if (settle()) reject(error);
    });
  });
}
