import { type Address, HIGH_WATER_MARK, type Latin1, type Socket, type SocketHandler } from "../contract/socket.ts";
import { formatAddress, tcpAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import type { DenoAddress, DenoConn } from "./deno_types.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import { NO_HANDLER } from "./no_handler.ts";
import { nextReadSize, releaseReadBuffer, SMALL_READ, takeReadBuffer } from "./read_buffers.ts";
import { takePiece } from "./take_piece.ts";
import { PIECE_BYTES, WriteQueue } from "./write_queue.ts";

/** Strings up to this length are encoded into a kept buffer: a new one of 150 bytes costs 0.25 us on Deno 2.9. */
const SCRATCH = 4096;

/** Kept scratch buffers; each is in use until its write is done, mostly within the same turn. */
const SCRATCHES_KEPT = 64;

const scratches: Uint8Array[] = [];

/** The same for chunks that are put together: 2 MiB at most. */
const LARGE_SCRATCHES_KEPT = 32;

const largeScratches: Uint8Array[] = [];

const NOTHING = new Uint8Array(0);

/**
 * A `Deno.Conn` that pushes.
 *
 * - The first poll of a Deno operation happens within the call: `conn.write` has made its system call when it returns, and only the
 *   count of bytes comes later, as a microtask. So an answer leaves at once, and no read waits for a write.
 * - There is one read under way at most, and one write.
 * - A pause issues no further read; the one under way brings its chunk. Without a read nobody hears of a client that has gone.
 * - Deno has no SO_LINGER: `abort` closes, and the peer sees what the kernel already had, then FIN instead of RST.
 */
export class DenoSocket implements Socket {
  handler: SocketHandler = NO_HANDLER;
  /** For TLS above it: called when the kernel has taken all that was written. */
  taken: (() => void) | null = null;
  readonly tls = null;
  readonly #conn: DenoConn;
  readonly #onRead = (count: number | null) => this.#received(count);
  readonly #onReadFailed = (error: unknown) => {
    this.#releaseBuffer();
    this.#fail("read from", error);
  };
  readonly #onWritten = (count: number) => this.#written(count);
  readonly #onWriteFailed = (error: unknown) => this.#fail("write to", error);
  #queue: WriteQueue | null = null;
  #unsent = 0;
  /** What the write under way was given, and the scratch buffer that it lies in. */
  #sent: Uint8Array = NOTHING;
  #scratch: Uint8Array | null = null;
  /** What the read under way fills. */
  #buffer: Uint8Array | null = null;
  #readSize = SMALL_READ;
  /** Bytes that full reads have brought in a row. */
  #readBefore = 0;
  #paused: boolean;
  #reading = false;
  #writing = false;
  #corked = false;
  #wantsDrain = false;
  /** Our side: `end` was called; FIN is sent. */
  #ending = false;
  #writeEnded = false;
  /** Both sides: `close` was called. */
  #closing = false;
  /** The peer's side: its FIN has come. */
  #readEnded = false;
  #closed = false;

  /** @param paused Whether to wait for `resume` before the first read. */
  constructor(conn: DenoConn, paused: boolean) {
    this.#conn = conn;
    this.#paused = paused;
    try {
      // Deno leaves Nagle's algorithm on: a second small write would wait 40 ms for the peer's delayed acknowledgement.
      conn.setNoDelay?.(true);
    } catch {
      // Some kernels refuse it for a connection that was reset already; the first read will tell.
    }
  }

  get local(): Address {
    return toAddress(this.#conn.localAddr);
  }

  get remote(): Address {
    return toAddress(this.#conn.remoteAddr);
  }

  get unsent(): number {
    return this.#unsent;
  }

  /** Starts reading, unless the socket is paused; for the engine, once the handler is set. */
  start(): void {
    if (!this.#reading && !this.#paused && !this.#readEnded && !this.#closed) this.#read();
  }

  write(chunk: Uint8Array | Latin1): boolean {
    if (this.#closed || this.#ending) return true;
    this.#unsent += chunk.length;
    if (this.#writing || this.#corked) (this.#queue ??= new WriteQueue()).push(chunk);
    else if (chunk.length > 0) this.#send(chunk);
    if (this.#unsent <= HIGH_WATER_MARK) return true;
    this.#wantsDrain = true;
    return false;
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    this.#corked = false;
    if (!this.#writing) this.#sendQueued();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.start();
  }

  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.uncork();
    if (!this.#writing) void this.#endWrites();
  }

  close(): void {
    if (this.#closed || this.#closing) return;
    this.#closing = true;
    if (this.#writeEnded) this.#close(null);
    else this.end();
  }

  abort(): void {
    this.#close(null);
  }

  /** Starts a read. Callbacks here too: an async function that waits for one holds 0.3 KB more of an idle connection. */
  #read(): void {
    this.#reading = true;
    this.#buffer ??= takeReadBuffer(this.#readSize);
    this.#conn.read(this.#buffer).then(this.#onRead, this.#onReadFailed);
  }

  /**
   * The read under way brought `count` bytes, or the end of input. Not unbounded, although what is there already comes at once: past
   * 128 such reads the runtime (tokio's budget) has the next one wait for a turn of the event loop.
   */
  #received(count: number | null): void {
    const buffer = this.#buffer!;
    if (!this.#closed) {
      if (count === null) this.#endReads();
      else this.#deliver(buffer.subarray(0, count));
    }
    if (count !== null) {
      this.#readSize = nextReadSize(buffer.length, count, this.#readBefore);
      this.#readBefore = count === buffer.length ? this.#readBefore + count : 0;
    }
    this.#reading = false;
    if (this.#paused || this.#readEnded || this.#closing || this.#closed) return this.#releaseBuffer();
    if (this.#readSize !== buffer.length) this.#releaseBuffer();
    this.#read();
  }

  #releaseBuffer(): void {
    releaseReadBuffer(this.#buffer!);
    this.#buffer = null;
  }

  #deliver(chunk: Uint8Array): void {
    try {
      this.handler.data(chunk);
    } catch (error) {
      this.#blame(error);
    }
  }

  #endReads(): void {
    this.#readEnded = true;
    try {
      this.handler.end();
    } catch (error) {
      this.#blame(error);
    }
    if (this.#writeEnded) this.#close(null);
  }

  /** Starts a write. Callbacks that live as long as the socket, not an async function a write: 50 of 200 ns a request on Deno 2.9. */
  #send(chunk: Uint8Array | Latin1): void {
    this.#writing = true;
    this.#sent = typeof chunk === "string" ? this.#encode(chunk) : chunk;
    this.#conn.write(this.#sent).then(this.#onWritten, this.#onWriteFailed);
  }

  #encode(text: Latin1): Uint8Array {
    let bytes: Uint8Array;
    if (text.length > SCRATCH) bytes = new Uint8Array(text.length);
    else {
      this.#scratch = scratches.pop() ?? new Uint8Array(SCRATCH);
      bytes = this.#scratch.subarray(0, text.length);
    }
    encodeLatin1(text, bytes, 0);
    return bytes;
  }

  /** The kernel took `count` bytes of the chunk under way; sends the rest of it, then what has queued up behind it. */
  #written(count: number): void {
    if (this.#closed) return;
    this.#unsent -= count;
    if (count < this.#sent.length) return this.#send(this.#sent.subarray(count));
    this.#sent = NOTHING;
    if (this.#scratch !== null) this.#releaseScratch(this.#scratch);
    this.#writing = false;
    this.#sendQueued();
    if (this.#unsent === 0 && this.#wantsDrain) this.#drained();
    if (this.#unsent === 0) this.taken?.();
    if (this.#ending && !this.#writing && !this.#closed) void this.#endWrites();
  }

  #sendQueued(): void {
    if (this.#queue === null || this.#corked) return;
    const piece = takePiece(this.#queue, () => this.#scratch = largeScratches.pop() ?? new Uint8Array(PIECE_BYTES));
    if (piece !== null) this.#send(piece);
  }

  #releaseScratch(scratch: Uint8Array): void {
    if (scratch.length === SCRATCH) {
      if (scratches.length < SCRATCHES_KEPT) scratches.push(scratch);
    } else if (largeScratches.length < LARGE_SCRATCHES_KEPT) largeScratches.push(scratch);
    this.#scratch = null;
  }

  #drained(): void {
    this.#wantsDrain = false;
    try {
      this.handler.drain();
    } catch (error) {
      this.#blame(error);
    }
  }

  /** Sends FIN. Where the peer's has come already, closing does it. */
  async #endWrites(): Promise<void> {
    this.#writing = true;
    try {
      if (!this.#readEnded && !this.#closing) await this.#conn.closeWrite();
    } catch (error) {
      return this.#fail("end the connection to", error);
    }
    this.#writeEnded = true;
    if (this.#readEnded || this.#closing) this.#close(null);
  }

  #fail(attempt: string, error: unknown): void {
    if (!this.#closed) this.#close(brokenError(`${attempt} ${formatAddress(this.remote)}`, error));
  }

  /** A handler threw, which is a bug in it: only its own connection suffers. */
  #blame(error: unknown): void {
    this.abort();
    setImmediate(() => {
      throw error;
    });
  }

  /** A read or a write that is under way is rejected by it (a blocked write since Deno 2.9.5), and nobody listens any more. */
  #close(error: Error | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = null;
    this.#unsent = 0;
    this.#conn.close();
    setImmediate(() => this.handler.close(error));
  }
}

function toAddress(address: DenoAddress): Address {
  if ("hostname" in address) return tcpAddress(address.hostname, address.port);
  return { transport: "unix", path: address.path ?? "" };
}
