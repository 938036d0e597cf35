import type { Address, TlsInfo } from "./socket.ts";
import type { TimeLimit } from "./waiting.ts";

/**
 * A connection for code that cannot await: each call stands still until it is done. Its request's end closes it, behind what was written, unless the peer
 * takes nothing of that for 10 seconds. While the app does not read, the peer is held back past 64 KiB.
 */
export interface SyncStream {
  readonly local: Address;
  readonly remote: Address;
  /** Null on a plain connection. */
  readonly tls: TlsInfo | null;
  /**
   * All that has come, or what comes next; null at the peer's end.
   *
   * @throws {BrokenError} The connection broke, or nothing came in time; in that case nothing is lost, and it may be read again.
   * @throws {ClosedError} It was closed on this side, or its request is over.
   * @throws {RangeError} The time is out of bounds.
   * @throws The reason of the signal that it was connected with.
   */
  readSync(limit?: TimeLimit): Uint8Array<ArrayBuffer> | null;
  /**
   * Sends a copy of the bytes, or a string as UTF-8, behind what was written before, and stands still until the connection has taken them: while more than
   * 64 KiB before them are unsent.
   *
   * @throws {BrokenError} The connection broke, or there was no room in time; in that case nothing of the chunk was sent.
   * @throws {ClosedError} It was ended or closed on this side, or its request is over.
   * @throws {RangeError} The time is out of bounds.
   * @throws {TypeError} The chunk is neither.
   * @throws The reason of the signal that it was connected with.
   */
  writeSync(chunk: Uint8Array | string, limit?: TimeLimit): void;
  /** Sends FIN behind what was written; reading goes on. */
  end(): void;
  /** Ends both directions behind what was written, and reads no more. */
  close(): void;
}
