import type { Socket as NetSocket } from "node:net";
import { HIGH_WATER_MARK } from "../contract/socket.ts";
import type { Address, Latin1, Socket, SocketHandler, TlsInfo } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import { NO_HANDLER } from "./no_handler.ts";
import { PIECE_BYTES, WriteQueue } from "./write_queue.ts";

/** What lies below a socket, and is not read while it is paused: Deno's TLSSocket takes all that comes, paused or not (2.9). */
export interface ReadGate {
  shut(): void;
  open(): void;
}

/**
 * A `net.Socket` behind the contract.
 *
 * What the kernel does not take at once waits in a queue of ours and goes to Node in pieces of 64 KiB: Node counts a write as
 * unsent until all of it has left, so one of 100 MB would show no progress for minutes.
 */
export class NodeSocket implements Socket {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: NetSocket;
  readonly #isSecure: boolean;
  readonly #gate: ReadGate | null;
  #tls: TlsInfo | null = null;
  #handler: SocketHandler = NO_HANDLER;
  /** Null until it is needed, as on most sockets it never is. */
  #queue: WriteQueue | null = null;
  #corked = false;
  /** A piece of the queue is on its way; `#afterPiece` sends the next. */
  #sending = false;
  #needsDrain = false;
  #ending = false;
  /** `close` was called. */
  #closing = false;
  /** Aborted or closed: nothing comes any more but `close`. */
  #dead = false;
  /** Within a call of `destroy`. */
  #destroying = false;
  #error: Error | null = null;

  /**
   * @param isSecure It is the server's side of TLS.
   * @param gate Shut while it is paused.
   */
  constructor(socket: NetSocket, local: Address, remote: Address, isSecure: boolean = false, gate: ReadGate | null = null) {
    this.#socket = socket;
    this.#isSecure = isSecure;
    this.#gate = gate;
    this.local = local;
    this.remote = remote;
    socket.on("end", () => this.#receiveEnd());
    socket.on("error", (error) => this.#blame(error));
    // Above TLS it comes from within destroy().
    socket.on("close", () => void (this.#destroying ? setImmediate(() => this.#close()) : this.#close()));
  }

  /** For the engine: hands the socket to whoever serves it. */
  open(accept: (socket: Socket) => void): void {
    this.#guard(() => accept(this));
  }

  /** For the engine: bytes came. */
  receive(chunk: Uint8Array): void {
    if (this.#dead) return;
    try {
      this.#handler.data(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** For the engine: the handshake is done. */
  secured(info: TlsInfo): void {
    if (this.#dead) return;
    this.#tls = info;
    if (this.#socket.isPaused()) this.#gate?.shut();
    this.#guard(() => this.#handler.secured?.());
  }

  /** For the engine: the client speaks plain HTTP. `below` is its connection, which this one has no more. */
  plain(below: Socket): void {
    if (this.#dead || this.#handler.plain === undefined) return below.abort();
    const handler = this.#handler;
    this.#dead = true;
    this.#handler = NO_HANDLER;
    try {
      handler.plain?.(below);
    } catch (error) {
      below.abort();
      this.#fail(error);
    }
  }

  get tls(): TlsInfo | null {
    return this.#tls;
  }

  get handler(): SocketHandler {
    return this.#handler;
  }

  set handler(handler: SocketHandler) {
    // Bun's node:net (1.4) tells a paused socket of a reset, and so one that has no handler yet.
    if (this.#handler === NO_HANDLER && this.#socket.closed) setImmediate(() => this.#close());
    this.#handler = handler;
  }

  get unsent(): number {
    return this.#dead ? 0 : this.#queued + this.#socket.writableLength;
  }

  write(chunk: Uint8Array | Latin1): boolean {
    if (this.#ending || this.#dead) return true;
    if (chunk.length <= HIGH_WATER_MARK && !this.#corked && this.unsent === 0) {
      if (chunk.length > 0) this.#socket.write(chunk, "latin1");
      return true;
    }
    (this.#queue ??= new WriteQueue()).push(chunk);
    if (!this.#corked) this.#sendPiece();
    if (this.unsent <= HIGH_WATER_MARK) return true;
    this.#needsDrain = true;
    return false;
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#sendPiece();
  }

  pause(): void {
    this.#socket.pause();
    // A handshake must be read.
    if (this.#tls !== null) this.#gate?.shut();
  }

  resume(): void {
    // The end of a pipe that can be written alone fails if it is read.
    if (this.#socket.readable) this.#socket.resume();
    this.#gate?.open();
  }

  end(): void {
    if (this.#ending || this.#dead) return;
    this.uncork();
    this.#ending = true;
    if (this.#queued === 0) this.#socket.end();
  }

  close(): void {
    if (this.#dead || this.#closing) return;
    this.#closing = true;
    this.uncork();
    this.#ending = true;
    if (this.unsent === 0) this.#finish();
    else if (this.#queued === 0) this.#socket.destroySoon();
  }

  abort(): void {
    if (!this.#dead) this.#destroy(this.#canReset());
  }

  /** All has been taken. TLS has a last word of its own: without it the peer would take the end for a cut. */
  #finish(): void {
    if (this.#isSecure) this.#socket.destroySoon();
    else this.#destroy(false);
  }

  #destroy(reset: boolean): void {
    this.#dead = true;
    this.#error = null;
    this.#queue = null;
    this.#destroying = true;
    if (reset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
    this.#destroying = false;
  }

  get #queued(): number {
    return this.#queue === null ? 0 : this.#queue.bytes;
  }

  /**
   * A Unix socket has no RST, and a TLSSocket none to call for; libuv refuses a reset, which then never closes, in the turn in which FIN leaves
   * (Node 20 to 24); and after our FIN a reset would take from the peer what the kernel still holds for it.
   */
  #canReset(): boolean {
    const finIsOut = this.#socket.writableEnded && this.#socket.writableLength === 0;
    return this.local.transport === "tcp" && !this.#isSecure && !finIsOut;
  }

  #sendPiece(): void {
    const queue = this.#queue;
    if (this.#sending || queue === null || queue.bytes === 0) return;
    // What Node takes with nothing before it, no more than a write may leave, nobody waits for.
    const isAwaited = this.#socket.writableLength > 0 || queue.bytes > PIECE_BYTES || this.#needsDrain || this.#ending;
    const sent = (error?: Error | null) => this.#afterPiece(error);
    this.#sending = isAwaited;
    // One system call a piece, however many chunks it is of.
    this.#socket.cork();
    let room = PIECE_BYTES;
    for (let chunk = queue.take(room); chunk !== undefined; chunk = room > 0 ? queue.take(room) : undefined) {
      room -= chunk.length;
      const isLast = room === 0 || queue.bytes === 0;
      this.#socket.write(this.#isSecure ? bytesOf(chunk) : chunk, "latin1", isLast && isAwaited ? sent : undefined);
    }
    this.#socket.uncork();
  }

  #afterPiece(error: Error | null | undefined): void {
    // An error comes by its own event.
    if (this.#dead || error) return;
    this.#sending = false;
    if (!this.#corked) this.#sendPiece();
    if (this.unsent > 0) return;
    if (this.#closing) this.#finish();
    else if (this.#ending) this.#socket.end();
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    this.#guard(() => this.#handler.drain());
  }

  #receiveEnd(): void {
    if (!this.#dead) this.#guard(() => this.#handler.end());
  }

  /** After an abort of ours a write that was on its way may still fail (Deno 2.9). */
  #blame(error: Error): void {
    if (!this.#dead) this.#error ??= error;
  }

  #close(): void {
    this.#dead = true;
    this.#queue = null;
    const error = this.#error && brokenError(`connection with ${formatAddress(this.remote)}`, this.#error);
    this.#guard(() => this.#handler.close(error));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A handler threw: a bug, which ends this socket and reaches the runtime's uncaught error handling. */
  #fail(error: unknown): void {
    this.abort();
    setTimeout(() => {
      throw error;
    }, 0);
  }
}

/** Deno's TLSSocket (2.9.6) sends strings that were corked as UTF-8, whatever encoding they came with. */
function bytesOf(chunk: Uint8Array | Latin1): Uint8Array {
  if (typeof chunk !== "string") return chunk;
  const bytes = new Uint8Array(chunk.length);
  encodeLatin1(chunk, bytes, 0);
  return bytes;
}
