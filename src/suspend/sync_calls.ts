import type { BlockingCalls } from "../contract/engine.ts";
import type { Address } from "../contract/socket.ts";
import type { SyncStream } from "../contract/sync_stream.ts";
import { currentCore } from "../core/current.ts";
import { checkTimeout, LONGEST_MS } from "../time_limit.ts";
import type { ConnectLimits } from "./connect.ts";
import { connectOptions } from "./connect_options.ts";

/**
 * Gives way to the other cores, and stands still until it is this one's turn again: `suspend` for code that cannot await. For apps in threads (`--suspend worker`), where
 * nobody else is held up.
 *
 * @throws {TypeError} It was called outside of a request, or in one that has no thread of its own.
 */
export function suspendSync(): void {
  blockingCalls("suspendSync()").suspend();
}

/**
 * Stands still for at least `ms` milliseconds: `sleep` for code that cannot await, in apps in threads (`--suspend worker`). Its core is `sleeping` meanwhile.
 *
 * @param ms 0 to 2,147,483,647.
 * @throws {RangeError} `ms` is out of bounds.
 * @throws {TypeError} It was called outside of a request, or in one that has no thread of its own.
 */
export function sleepSync(ms: number): void {
  if (!(ms >= 0 && ms <= LONGEST_MS)) throw new RangeError(`sleepSync(${ms}): a number of milliseconds from 0 to ${LONGEST_MS} is wanted`);
  blockingCalls("sleepSync()").sleep(ms);
}

/**
 * Stands still until this request's body has bytes or its end, so that `readSync` would not: `waitRead` and `suspend` for code that cannot await, in apps in
 * threads (`--suspend worker`).
 *
 * @param timeoutMs Milliseconds; 0 is no limit.
 * @returns Whether it has; false if the time was over before.
 * @throws {RangeError} The time is out of bounds.
 * @throws {TypeError} It was called outside of a request, or in one that has no thread of its own.
 */
export function waitReadSync(timeoutMs: number = 0): boolean {
  checkTimeout("waitReadSync()", timeoutMs);
  return blockingCalls("waitReadSync()").waitRead(timeoutMs);
}

/**
 * Takes the next chunk of this request's body, and stands still until it is there; null at the end. For code that cannot await, in apps in threads
 * (`--suspend worker`). Read the body in this way or by the Request, not both.
 *
 * @throws {ProtocolError} The body broke the framing or a limit.
 * @throws {BrokenError} The client went before the body's end.
 * @throws {TypeError} It was called outside of a request, or in one that has no thread of its own.
 */
export function readSync(): Uint8Array | null {
  return blockingCalls("readSync()").readBody();
}

/**
 * Connects to a TCP port or a Unix socket, and stands still until it is connected: `connect` for code that cannot await, in apps in threads (`--suspend worker`).
 * A request has 64 of them at most, and its end closes them.
 *
 * @example
 * ```ts
 * const cache = connectSync("127.0.0.1:11211", { timeoutMs: 500, signal: request.signal });
 * cache.writeSync("get greeting\r\n");
 * const answer = cache.readSync({ timeoutMs: 500 });
 * ```
 * @param address As of `connect`.
 * @param limits As of `connect`. While a call stands still its thread's timers do too: the request's own signal is heard then, and what follows from it, but
 * no `AbortSignal.timeout()`, which `timeoutMs` is for. One that aborts between two calls ends the connection with the next.
 * @throws {BrokenError} Refused, unreachable, no such file, not there in time, or not who the certificate must be for; or there are too many.
 * @throws {ClosedError} The request's answer is complete.
 * @throws {TypeError} The address is none, TLS is asked for over a Unix socket, or a protocol is none; or it was called outside of a request, or in one that has
 * no thread of its own.
 * @throws {RangeError} The time is out of bounds.
 * @throws The signal's reason.
 */
export function connectSync(address: string | Address, { timeoutMs = 0, signal, tls = false }: ConnectLimits = {}): SyncStream {
  const calls = blockingCalls("connectSync()");
  checkTimeout("connectSync()", timeoutMs);
  const options = connectOptions(address, tls);
  signal?.throwIfAborted();
  return calls.connect(options, timeoutMs, signal);
}

function blockingCalls(call: string): BlockingCalls {
  const task = currentCore();
  if (task === null) {
    throw new TypeError(`${call}: no request is being served here; call it from a handler, or from what a handler calls`);
  }
  if (task.blocking === undefined) {
    throw new TypeError(
      `${call}: it would hold up all other requests; run the app in threads (--suspend worker), or await what does not block`,
    );
  }
  return task.blocking;
}
