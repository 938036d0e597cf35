import { HIGH_WATER_MARK } from "../contract/socket.ts";
import type { Socket, SocketHandler } from "../contract/socket.ts";
import { ClosedError } from "../errors.ts";
import { formatAddress } from "./address.ts";

/** A socket as a pair of Web Streams. */
export interface SocketStreams {
  /** Ends at the peer's FIN. Once it is cancelled, what still comes is dropped. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Closing it sends FIN after what was written; aborting it resets the connection. Takes a copy of each chunk. */
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * Turns a socket into Web Streams, with backpressure both ways: past 64 KiB that nobody has read it is paused, and a write waits
 * while 64 KiB are unsent. Takes the socket's handler over. Both streams fail with a `BrokenError` when the peer breaks the
 * connection, and with a `ClosedError` when someone else aborts the socket.
 */
export function socketStreams(socket: Socket): SocketStreams {
  const streams = new StreamHandler(socket);
  socket.handler = streams;
  return streams;
}

class StreamHandler implements SocketHandler, SocketStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #socket: Socket;
  /** Null once the stream is closed, cancelled or failed. */
  #reader: ReadableStreamDefaultController<Uint8Array> | null = null;
  #writer: WritableStreamDefaultController | null = null;
  /** The write that waits for `drain`. */
  #waiting: { resolve(): void; reject(reason: unknown): void } | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#reader = controller),
      pull: () => socket.resume(),
      cancel: () => {
        this.#reader = null;
        socket.resume();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }));
    this.writable = new WritableStream({
      start: (controller) => void (this.#writer = controller),
      write: (chunk) => this.#write(chunk),
      close: () => {
        this.#writer = null;
        socket.end();
      },
      abort: (reason) => {
        this.#writer = null;
        this.#fail(reason);
        socket.abort();
      },
    });
  }

  data(chunk: Uint8Array): void {
    if (this.#reader === null) return;
    this.#reader.enqueue(chunk.slice());
    if ((this.#reader.desiredSize ?? 0) <= 0) this.#socket.pause();
  }

  drain(): void {
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  end(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  close(error: Error | null): void {
    this.#fail(error ?? new ClosedError(`use the connection with ${formatAddress(this.#socket.remote)}: it was aborted`));
  }

  /** A copy, since the writer may fill its chunk anew; not by `slice()`, with which a Buffer shares its memory. */
  #write(chunk: unknown): Promise<void> | void {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("write to a socket: a chunk must be a Uint8Array");
    if (this.#socket.write(new Uint8Array(chunk))) return;
    return new Promise((resolve, reject) => this.#waiting = { resolve, reject });
  }

  #fail(reason: unknown): void {
    this.#reader?.error(reason);
    this.#writer?.error(reason);
    this.#waiting?.reject(reason);
    this.#reader = this.#writer = this.#waiting = null;
  }
}
