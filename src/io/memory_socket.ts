import { HIGH_WATER_MARK } from "../contract/socket.ts";
import type { Address, Latin1, Socket, SocketHandler, TlsInfo } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import { NO_HANDLER } from "./no_handler.ts";
import { WriteQueue } from "./write_queue.ts";

/** Bytes that a socket's receive buffer holds before its peer's writes wait: as small as what `write` lets wait itself. */
const RECEIVE_BUFFER = 65_536;

/** What borrowed bytes become when the handler has returned: who kept them sees that. */
const STALE = 0xdd;

/** Runs a task after those that were handed in before it. */
export type Defer = (task: () => void) => void;

/**
 * One end of a connection within the process. Whatever it tells its handler it tells from a task of its own, so a test that runs
 * the tasks knows what happens when. The methods that the contract does not have are a test's script.
 */
export class MemorySocket implements Socket {
  readonly local: Address;
  readonly remote: Address;
  handler: SocketHandler = NO_HANDLER;
  readonly #defer: Defer;
  #peer: MemorySocket | null = null;
  #tls: TlsInfo | null = null;
  #paused: boolean;
  #corked = false;
  #needsDrain = false;
  #unsent = new WriteQueue();
  #ending = false;
  #closing = false;
  #finSent = false;
  #incoming = new WriteQueue();
  #finReceived = false;
  #ended = false;
  #wasReset = false;
  #dead = false;
  /** A task that moves bytes is waiting. */
  #awake = false;
  #sizes: number[] = [];
  /** Bytes to take while paused. */
  #allowance = 0;

  private constructor(local: Address, remote: Address, paused: boolean, defer: Defer) {
    this.local = local;
    this.remote = remote;
    this.#paused = paused;
    this.#defer = defer;
  }

  /** Makes both ends: the client's, which is paused, and the server's, which is not. */
  static pair(client: Address, server: Address, defer: Defer): [client: MemorySocket, server: MemorySocket] {
    const one = new MemorySocket(client, server, true, defer);
    const other = new MemorySocket(server, client, false, defer);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  /** For the engine: hands the socket to whoever serves it. */
  open(accept: (socket: Socket) => void): void {
    this.#guard(() => accept(this));
  }

  /** Script: the next chunks that arrive have these sizes, in bytes; then they are as large as they come. */
  split(...sizes: number[]): void {
    this.#sizes.push(...sizes);
  }

  /** Script: takes this many bytes more, though paused: a peer that stalls after them. */
  take(bytes: number): void {
    this.#allowance += bytes;
    this.#wake();
  }

  /** Script: a handshake with the other end is done. */
  secure(info: TlsInfo): void {
    const peer = this.#peer;
    this.#defer(() => {
      if (peer === null || peer.#dead) return;
      peer.#tls = info;
      peer.#guard(() => peer.handler.secured?.());
    });
  }

  /** Script: what the other end wants TLS for is plain HTTP. */
  speakPlain(): void {
    const peer = this.#peer;
    this.#defer(() => {
      if (peer !== null && !peer.#dead) peer.#guard(() => peer.handler.plain?.(peer));
    });
  }

  get tls(): TlsInfo | null {
    return this.#tls;
  }

  get unsent(): number {
    return this.#unsent.bytes;
  }

  write(chunk: Uint8Array | Latin1): boolean {
    if (this.#ending || this.#dead) return true;
    this.#unsent.push(chunk);
    this.#flush();
    if (this.#unsent.bytes <= HIGH_WATER_MARK) return true;
    this.#needsDrain = true;
    return false;
  }

  cork(): void {
    this.#corked = true;
  }

  uncork(): void {
    this.#corked = false;
    this.#flush();
    this.#wake();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  end(): void {
    this.#ending = true;
    this.uncork();
  }

  close(): void {
    this.#closing = true;
    this.end();
  }

  abort(): void {
    if (this.#dead) return;
    if (this.#finSent) this.#close(null);
    else this.reset();
  }

  /** Script: RST, whatever was sent before it. */
  reset(): void {
    if (this.#dead) return;
    const peer = this.#peer;
    this.#close(null);
    if (peer === null) return;
    peer.#wasReset = true;
    peer.#wake();
  }

  /** Moves bytes, and FIN behind them, to the peer, as far as it has room. */
  #flush(): void {
    const peer = this.#peer;
    if (peer === null || this.#corked || this.#dead) return;
    // A write meets the reset.
    if (peer.#dead && this.#unsent.bytes > 0) this.#wasReset = true;
    if (this.#wasReset) return this.#wake();
    while (this.#unsent.bytes > 0 && peer.#incoming.bytes < RECEIVE_BUFFER) {
      const chunk = this.#unsent.take(RECEIVE_BUFFER - peer.#incoming.bytes) ?? "";
      // A kernel copies: the writer may touch its bytes again.
      peer.#incoming.push(typeof chunk === "string" ? chunk : chunk.slice());
      peer.#wake();
    }
    if (this.#unsent.bytes > 0 || !this.#ending) return;
    if (!this.#finSent) {
      this.#finSent = peer.#finReceived = true;
      this.#wake();
      peer.#wake();
    }
    if (this.#closing) this.#close(null);
  }

  #wake(): void {
    if (this.#awake || this.#dead) return;
    this.#awake = true;
    this.#defer(() => {
      this.#awake = false;
      if (!this.#dead) this.#guard(() => this.#step());
    });
  }

  /** Does one thing: tells of a reset, a drain, a chunk or the end. */
  #step(): void {
    const reads = !this.#ended && (!this.#paused || this.#allowance > 0);
    if (this.#wasReset) {
      // Paused and with nothing to send, a real socket is not told of it either.
      if (!reads && !this.#ending && this.#unsent.bytes === 0) return;
      const cause = Object.assign(new Error("ECONNRESET"), { code: "ECONNRESET" });
      return this.#close(brokenError(`connection with ${formatAddress(this.remote)}`, cause));
    }
    this.#flush();
    if (this.#needsDrain && this.#unsent.bytes === 0) {
      this.#needsDrain = false;
      this.#wake();
      return this.handler.drain();
    }
    if (reads && this.#incoming.bytes > 0) return this.#deliver();
    if (reads && this.#finReceived) {
      this.#ended = true;
      this.#wake();
      return this.handler.end();
    }
    if (this.#ended && this.#finSent) this.#close(null);
  }

  #deliver(): void {
    const most = this.#paused ? Math.min(this.#allowance, RECEIVE_BUFFER) : RECEIVE_BUFFER;
    const size = Math.min(this.#sizes.shift() ?? RECEIVE_BUFFER, most, this.#incoming.bytes);
    const chunk = new Uint8Array(size);
    for (let filled = 0; filled < size;) {
      const piece = this.#incoming.take(size - filled) ?? "";
      if (typeof piece === "string") encodeLatin1(piece, chunk, filled);
      else chunk.set(piece, filled);
      filled += piece.length;
    }
    if (this.#paused) this.#allowance -= size;
    this.#wake();
    if (this.#peer !== null) this.#peer.#wake();
    this.handler.data(chunk);
    chunk.fill(STALE);
  }

  #close(error: Error | null): void {
    this.#dead = true;
    this.#peer = null;
    this.#unsent = new WriteQueue();
    this.#incoming = new WriteQueue();
    this.#defer(() => this.#guard(() => this.handler.close(error)));
  }

  /** A handler threw: a bug, which ends this socket and comes out of a task of its own. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.abort();
      this.#defer(() => {
        throw error;
      });
    }
  }
}
