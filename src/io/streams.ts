import type { ClockTimer } from "../contract/clock.ts";
import type { Address, DescriptorSide, Socket, SocketHandler, TlsInfo } from "../contract/socket.ts";
import type { ReadTarget, TimeLimit, Watcher, WriteTarget } from "../contract/waiting.ts";
import { BrokenError, ClosedError } from "../errors.ts";
import { checkTimeout } from "../time_limit.ts";
import { formatAddress } from "./address.ts";
import { chunkBytes } from "./chunk_bytes.ts";
import { Inbox, type PendingRead } from "./inbox.ts";
import { Outbox, type PendingWrite } from "./outbox.ts";

/**
 * A connection that is read when somebody wants to, on every runtime the same: by `read` and `write`, or as a pair of Web Streams. Both ways have
 * backpressure: past 64 KiB that nobody has read the peer is held back, and a write waits while more than 64 KiB before it are unsent.
 *
 * What has come goes to whoever reads first. Both sides fail with a `BrokenError` when the peer breaks the connection, and with a `ClosedError` when
 * it was closed on this side.
 */
export interface Stream extends ReadTarget, WriteTarget {
  readonly local: Address;
  readonly remote: Address;
  /** Null on a plain connection. */
  readonly tls: TlsInfo | null;
  /** Bytes that have come and nobody has read. */
  readonly buffered: number;
  /**
   * All that has come, or what comes next; null at the peer's end.
   *
   * @throws {BrokenError} (as a rejection) The connection broke, or nothing came in time; in that case nothing is lost, and it may be read again.
   * @throws {ClosedError} (as a rejection) It was closed on this side.
   * @throws {RangeError} (as a rejection) The time is out of bounds.
   */
  read(limit?: TimeLimit): Promise<Uint8Array | null>;
  /**
   * Sends a copy of the bytes, or a string as UTF-8, behind what was written before; fulfils when the connection has taken them, for which it waits
   * until there is room.
   *
   * @throws {BrokenError} (as a rejection) The connection broke, or there was no room in time; in that case nothing of the chunk was sent.
   * @throws {ClosedError} (as a rejection) It was ended or closed on this side.
   * @throws {RangeError} (as a rejection) The time is out of bounds.
   * @throws {TypeError} (as a rejection) The chunk is neither.
   */
  write(chunk: Uint8Array | string, limit?: TimeLimit): Promise<void>;
  /** Sends FIN behind what was written; reading goes on. */
  end(): void;
  /** Ends both directions behind what was written, and reads no more. */
  close(): void;
  /**
   * Ends both directions at once, by a reset where the runtime can; nothing is flushed.
   *
   * @param reason What reads and writes fail with. @default a ClosedError
   */
  abort(reason?: unknown): void;
  /** Ends at the peer's FIN. Once it is cancelled, what still comes is dropped. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Closing it sends FIN after what was written; aborting it resets the connection. Takes a copy of each chunk. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Sets a timer that calls back once. */
export type SetAlarm = (delayMs: number, expired: () => void) => ClockTimer;

/**
 * Makes a socket a stream. Takes the socket's handler over, and reads ahead at once.
 *
 * @param after What times reads and writes.
 * @param closed Called once, when nothing comes or goes any more.
 * @param side Where it is a pipe's: the other side has ended.
 */
export function openStream(socket: Socket, after: SetAlarm, closed: () => void = () => {}, side: DescriptorSide = "both"): Stream {
  return new SocketStream(socket, after, closed, side);
}

class SocketStream implements Stream {
  readonly #socket: Socket;
  readonly #after: SetAlarm;
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #name: string;
  #ended = false;
  /** What comes is dropped. */
  #deaf = false;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #writer: WritableStreamDefaultController | null = null;

  constructor(socket: Socket, after: SetAlarm, closed: () => void, side: DescriptorSide) {
    this.#socket = socket;
    this.#after = after;
    this.#outbox = new Outbox((bytes) => socket.write(bytes));
    this.#name = `the connection with ${formatAddress(socket.remote)}`;
    if (side === "write") this.#inbox.end();
    this.#ended = side === "read";
    socket.handler = this.#handler(closed);
    socket.resume();
  }

  get local(): Address {
    return this.#socket.local;
  }

  get remote(): Address {
    return this.#socket.remote;
  }

  get tls(): TlsInfo | null {
    return this.#socket.tls;
  }

  get buffered(): number {
    return this.#inbox.bytes;
  }

  #handler(closed: () => void): SocketHandler {
    return {
      data: (chunk) => {
        if (this.#deaf) return;
        this.#inbox.push(chunk.slice());
        if (this.#inbox.full) this.#socket.pause();
      },
      drain: () => this.#outbox.drained(),
      end: () => this.#inbox.end(),
      close: (error) => {
        this.#fail(error ?? new ClosedError(`use ${this.#name}: it was closed`));
        closed();
      },
    };
  }

  read({ timeoutMs = 0 }: TimeLimit = {}): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      checkTimeout("read()", timeoutMs);
      const read: PendingRead = { resolve, reject, timer: null };
      if (timeoutMs > 0) read.timer = this.#limit("read from", timeoutMs, () => this.#inbox.forget(read), reject);
      this.#inbox.read(read);
      if (!this.#inbox.full) this.#socket.resume();
    });
  }

  write(chunk: Uint8Array | string, { timeoutMs = 0 }: TimeLimit = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      checkTimeout("write()", timeoutMs);
      const { failure } = this.#outbox;
      if (failure !== null) return reject(failure.reason);
      if (this.#ended) return reject(this.#endedError());
      const write: PendingWrite = { bytes: chunkBytes(chunk), resolve, reject, timer: null };
      if (timeoutMs > 0) write.timer = this.#limit("write to", timeoutMs, () => this.#outbox.forget(write), reject);
      this.#outbox.write(write);
    });
  }

  #limit(attempt: string, timeoutMs: number, forget: () => boolean, reject: (reason: Error) => void): ClockTimer {
    return this.#after(timeoutMs, () => {
      if (forget()) reject(new BrokenError(`${attempt} ${this.#name}: no progress within ${timeoutMs} ms`));
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox.flush();
    this.#outbox.end(this.#endedError());
    this.#socket.end();
  }

  #endedError(): ClosedError {
    return new ClosedError(`write to ${this.#name}: it was ended`);
  }

  close(): void {
    this.#outbox.flush();
    this.#stop(new ClosedError(`use ${this.#name}: it was closed`));
    this.#socket.close();
  }

  abort(reason: unknown = new ClosedError(`use ${this.#name}: it was aborted`)): void {
    this.#stop(reason);
    this.#socket.abort();
  }

  /** From our side: what nobody has read, nobody will. */
  #stop(reason: unknown): void {
    this.#deaf = true;
    this.#inbox.clear();
    this.#fail(reason);
    // What holds the peer back would hold up the connection's end.
    this.#socket.resume();
  }

  #fail(reason: unknown): void {
    this.#inbox.fail(reason);
    this.#outbox.fail(reason);
    this.#writer?.error(reason);
    this.#writer = null;
  }

  watchRead(watcher: Watcher): void {
    this.#inbox.watch(watcher);
  }

  watchWrite(watcher: Watcher): void {
    if (this.#ended && this.#outbox.failure === null) watcher.failed(this.#endedError());
    else this.#outbox.watch(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#inbox.unwatch(watcher);
    this.#outbox.unwatch(watcher);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const chunk = await this.read();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => {
        this.#deaf = true;
        this.#inbox.clear();
        this.#inbox.end();
        this.#socket.resume();
      },
    }, { highWaterMark: 0 });
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      start: (controller) => {
        const { failure } = this.#outbox;
        if (failure !== null) controller.error(failure.reason);
        else this.#writer = controller;
      },
      write: async (chunk: unknown) => {
        if (!(chunk instanceof Uint8Array)) throw new TypeError("write to a socket: a chunk must be a Uint8Array");
        await this.write(chunk);
        // So that its `desiredSize` tells of room.
        await new Promise<void>((ready, failed) => this.#outbox.watch({ ready, failed }));
      },
      close: () => {
        this.#writer = null;
        this.end();
      },
      abort: (reason) => {
        this.#writer = null;
        this.abort(reason);
      },
    });
  }
}
