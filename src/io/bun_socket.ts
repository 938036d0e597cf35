import { type Address, HIGH_WATER_MARK, type Latin1, type Socket, type SocketHandler, type TlsInfo } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import type { BunOwner, BunTcpSocket } from "./bun_types.ts";
import { NO_HANDLER } from "./no_handler.ts";
import { takePiece } from "./take_piece.ts";
import { PIECE_BYTES, WriteQueue } from "./write_queue.ts";

/** Where short chunks are put together: a write is done, or copied, when it returns. */
const scratch = new Uint8Array(PIECE_BYTES);
const takeScratch = () => scratch;

/**
 * Bytes that are copied at once. Bun 1.4 copies by glibc, which past 2,112 bytes (2.36) takes `rep movsb`; AMD's processors do that at 3 GB/s
 * where source and target are not aligned alike, as behind a chunk's framing: 5.7 us for 16 KiB, and 0.9 by strides.
 */
const COPY_STRIDE = 2048;

/**
 * A `Bun.Socket` behind the contract. The methods under "From Bun" are the engine's alone.
 *
 * - Bun buffers no write: what the kernel did not take waits here, and goes on when Bun calls `drain`.
 * - Bun calls `close` from within `terminate` and `shutdown`; the handler hears of it in a task of its own.
 * - While paused, a peer's FIN is not seen, so `end` on a paused socket ends nothing: resume it, or abort it (a reset is seen).
 */
export class BunSocket implements Socket, BunOwner {
  readonly local: Address;
  readonly remote: Address;
  #native: BunTcpSocket<BunOwner | undefined>;
  #tls: TlsInfo | null = null;
  /** The connection below TLS. */
  #below: BunTcpSocket<BunOwner | undefined> | null = null;
  /** Writes wait for the handshake's end. */
  #shaking: boolean;
  #handler: SocketHandler = NO_HANDLER;
  /** What the kernel left of the piece that was written last: Bun will call `drain`. */
  #rest: Uint8Array | Latin1 | null = null;
  /** What comes behind it; null until it is needed, as most sockets never do. */
  #queue: WriteQueue | null = null;
  #unsent = 0;
  #corked = false;
  #wantsDrain = false;
  #paused = false;
  /** Our side: `end` was called; FIN is sent. */
  #ending = false;
  #writeEnded = false;
  /** Both sides: `close` was called. */
  #closing = false;
  /** The peer's side: its FIN was told. */
  #readEnded = false;
  #dead = false;
  /** The `close` that came before there was a handler for it. */
  #lateClose: (() => void) | null = null;

  /** @param secure It is to be the server's side of TLS: its upgrade and its handshake come first. */
  constructor(native: BunTcpSocket<BunOwner | undefined>, local: Address, remote: Address, secure: boolean = false) {
    this.#native = native;
    this.#shaking = secure;
    this.local = local;
    this.remote = remote;
  }

  get tls(): TlsInfo | null {
    return this.#tls;
  }

  get handler(): SocketHandler {
    return this.#handler;
  }

  set handler(handler: SocketHandler) {
    this.#handler = handler;
    if (this.#lateClose !== null) setImmediate(this.#lateClose);
    this.#lateClose = null;
  }

  get unsent(): number {
    return this.#unsent;
  }

  write(chunk: Uint8Array | Latin1): boolean {
    if (this.#ending || this.#dead) return true;
    this.#unsent += chunk.length;
    if (this.#corked || this.#shaking || this.#rest !== null || (typeof chunk === "string" && chunk.length > HIGH_WATER_MARK)) {
      (this.#queue ??= new WriteQueue()).push(chunk);
      if (!this.#corked) this.#sendQueued();
    } else if (chunk.length > 0) this.#send(chunk);
    if (this.#unsent <= HIGH_WATER_MARK) return true;
    this.#wantsDrain = true;
    return false;
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#sendQueued();
    // Not from here: the caller may be within a call of its handler.
    if (this.#wantsDrain && this.#unsent === 0) setImmediate(() => this.#tellDrainLater());
  }

  pause(): void {
    if (this.#paused || this.#dead) return;
    this.#paused = true;
    // A handshake must be read.
    if (!this.#shaking) this.#native.pause();
  }

  resume(): void {
    if (!this.#paused || this.#dead) return;
    this.#paused = false;
    if (!this.#shaking) this.#native.resume();
  }

  end(): void {
    if (this.#ending || this.#dead) return;
    this.uncork();
    this.#ending = true;
    this.#endWrites();
  }

  close(): void {
    if (this.#closing || this.#dead) return;
    this.#closing = true;
    this.uncork();
    this.#ending = true;
    this.#endWrites();
  }

  abort(): void {
    this.#destroy(null);
  }

  // From Bun

  /** TLS stands above the connection from now on. */
  upgraded(native: BunTcpSocket<BunOwner | undefined>, below: BunTcpSocket<BunOwner | undefined>): void {
    this.#native = native;
    this.#below = below;
  }

  /** The client speaks plain HTTP: there will be no handshake. */
  plain(): void {
    if (this.#dead) return;
    if (this.#handler.plain === undefined) return this.abort();
    this.#shaking = false;
    this.#queue = null;
    this.#unsent = 0;
    if (this.#paused) this.#native.pause();
    this.#handler.plain(this);
  }

  /** The handshake is over. */
  shaken(info: TlsInfo | null): void {
    if (this.#dead || !this.#shaking) return;
    if (info === null) {
      // So that it is closed, and not reset: an alert is on its way.
      this.#writeEnded = true;
      return this.#destroy(new BrokenError(`${this.#attempt()}: the TLS handshake failed`));
    }
    this.#tls = info;
    this.#shaking = false;
    if (this.#paused) this.#native.pause();
    this.#handler.secured?.();
    this.#sendOn();
  }

  /** Bytes came. */
  received(chunk: Uint8Array): void {
    this.#handler.data(chunk);
  }

  /** The kernel takes bytes again; Bun 1.4 also says so after `pause`, `resume` and the peer's FIN. */
  writable(): void {
    if (this.#rest === null) return;
    const piece = this.#rest;
    this.#rest = null;
    this.#send(piece);
    this.#sendOn();
  }

  /** The peer's FIN came; a partial write from within it makes some versions of Bun say so again and again (bun PR 35939). */
  readEnded(): void {
    if (this.#readEnded) return;
    this.#readEnded = true;
    this.#handler.end();
  }

  /** The descriptor is closed. */
  closed(error: Error | undefined): void {
    if (this.#dead) return;
    if (error !== undefined) this.#die(brokenError(this.#attempt(), error));
    else if (!this.#writeEnded) this.#die(this.#closedByPeer());
    else this.#die(null);
  }

  /** TLS failed after the handshake. */
  broken(error: Error): void {
    this.#destroy(brokenError(this.#attempt(), error));
  }

  /** A handler threw, which is a bug in it: only its own connection suffers. */
  blame(error: unknown): void {
    this.abort();
    setImmediate(() => {
      throw error;
    });
  }

  /** Writes while the kernel takes it; what is left becomes the rest. */
  #send(piece: Uint8Array | Latin1): void {
    const taken = typeof piece === "string" ? this.#native.write(piece, "latin1") : this.#native.write(piece);
    if (taken === piece.length) this.#unsent -= taken;
    // Bun has swallowed the system's error (EPIPE or ECONNRESET) and may call `close` without one, or not before the next read.
    else if (taken < 0) this.#destroy(this.#closedByPeer());
    else {
      this.#unsent -= taken;
      this.#rest = typeof piece === "string" || piece.buffer === scratch.buffer ? piece.slice(taken) : piece.subarray(taken);
    }
  }

  /** Bytes may leave again: sends what waits, and does what waited for that. */
  #sendOn(): void {
    if (!this.#corked) this.#sendQueued();
    this.#tellDrain();
    this.#endWrites();
  }

  /** Bounded by the kernel: its buffer fills, unless the peer takes all as fast as it comes. */
  #sendQueued(): void {
    while (this.#rest === null && this.#queue !== null && !this.#shaking) {
      const piece = takePiece(this.#queue, takeScratch, COPY_STRIDE);
      if (piece === null) return;
      this.#send(piece);
    }
  }

  #tellDrain(): void {
    if (!this.#wantsDrain || this.#unsent > 0 || this.#dead) return;
    this.#wantsDrain = false;
    this.#handler.drain();
  }

  #tellDrainLater(): void {
    try {
      this.#tellDrain();
    } catch (error) {
      this.blame(error);
    }
  }

  /** Sends FIN once everything is sent. */
  #endWrites(): void {
    if (!this.#ending || this.#unsent > 0 || this.#shaking || this.#dead) return;
    if (this.#closing) {
      this.resume();
      this.#writeEnded = true;
      this.#destroy(null);
    } else if (!this.#writeEnded) {
      this.#writeEnded = true;
      this.#native.shutdown();
    }
  }

  /** Frees the descriptor, a paused socket's too. (Bun's own `end` and `close` would send FIN and close both directions.) */
  #destroy(error: BrokenError | null): void {
    if (this.#dead) return;
    // Nobody is told of a FIN that comes from now on.
    this.#readEnded = true;
    this.#die(error);
    // After our FIN a reset would take from the peer what the kernel still holds for it; a paused socket is freed by `terminate` alone.
    if (this.#writeEnded && !this.#paused) {
      // TLS's word of the end, after which Bun would wait for the peer's: so the connection below is closed too.
      if (this.#below !== null) this.#native.end();
      (this.#below ?? this.#native).close();
    } else this.#native.terminate();
  }

  #die(error: BrokenError | null): void {
    this.#dead = true;
    this.#rest = null;
    this.#queue = null;
    this.#unsent = 0;
    setImmediate(() => this.#tellClose(error));
  }

  #tellClose(error: BrokenError | null): void {
    if (this.#handler === NO_HANDLER) {
      this.#lateClose = () => this.#tellClose(error);
      return;
    }
    try {
      // Of a FIN that comes after ours, Bun 1.4 tells by `close` alone.
      if (error === null) this.readEnded();
    } finally {
      this.#handler.close(error);
    }
  }

  #closedByPeer(): BrokenError {
    return new BrokenError(`${this.#attempt()}: closed by the peer`);
  }

  #attempt(): string {
    return `talk to ${formatAddress(this.remote)}`;
  }
}
