import type { BodySource } from "../contract/body.ts";
import type { CopyBytes } from "../contract/bytes.ts";
import { HIGH_WATER_MARK } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";

/** What a body asks of its connection, which may be at another request by then. */
export interface BodyOwner {
  /** The app reads of this body for the first time: send `100 Continue` where the client waits for it. */
  wanted(body: RequestBody): void;
  /** There is room again: read on. */
  hungry(body: RequestBody): void;
  /** Nobody wants the rest. */
  unwanted(body: RequestBody): void;
}

/**
 * Smaller pieces are gathered into blocks of this size: a body in chunks of one byte would otherwise cost a hundred times its bytes. 4 KiB
 * is the least at which a block's own cost (about 100 bytes) is noise.
 */
const BLOCK_BYTES = 4096;

/**
 * Of a given chunk as long as this, a reader that waits gets a block, a copy, and the rest by its next read. The promise that it waits by has lived
 * through a collection mostly, and JavaScriptCore (Bun 1.4) finds such a promise in a full one only: until then it keeps what it was fulfilled with,
 * and some ten kept chunks set off the next full collection. Below 16 KiB another read costs more than that.
 */
const SPLIT_BYTES = 4 * BLOCK_BYTES;

/** Chunks that were read and not yet let go: to move the rest for each would cost more, to keep them all would keep the whole body. */
const READ_CHUNKS = 16;

interface Reader {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: unknown) => void;
  readonly keeps: boolean;
}

/**
 * A request's body between the connection, which pushes what comes, and the app, which pulls. It holds at most `HIGH_WATER_MARK` and one
 * chunk more; past that the connection stops reading, and the client's window closes.
 */
export class RequestBody implements BodySource {
  readonly length: number | null;
  readonly #owner: BodyOwner;
  readonly #copy: CopyBytes;
  readonly #chunks: Uint8Array[] = [];
  /** Index of the next chunk to be read: `shift` would move the rest each time. */
  #next = 0;
  /** The last chunk is borrowed still: whoever takes it in time without keeping it spares a copy. */
  #borrowed = false;
  /** The last chunk's block, where it has room left; else null. */
  #block: Uint8Array | null = null;
  #buffered = 0;
  /** Bytes of a split chunk that a reader is about to take: they hold up nobody, unless more comes before. */
  #split = 0;
  #received = 0;
  #ended = false;
  #error: Error | null = null;
  #reader: Reader | null = null;
  #touched = false;
  #cancelled = false;

  /**
   * @param length From Content-Length; null while it is chunked.
   * @param copy The runtime's fastest.
   */
  constructor(length: number | null, owner: BodyOwner, copy: CopyBytes = slice) {
    this.length = length;
    this.#owner = owner;
    this.#copy = copy;
  }

  /** Whether all of it has come. */
  get complete(): boolean {
    return this.#ended;
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#received;
  }

  /** Whether the app ever read of it. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Whether the app wants no more of it. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Whether more is held than may be: the connection stops reading. */
  get full(): boolean {
    return this.#buffered - this.#split >= HIGH_WATER_MARK;
  }

  /**
   * Takes bytes in; after `cancel` they are dropped. Call `hold` before they go back. A long given chunk may be read in two pieces.
   *
   * @param given Nobody else has any part of their buffer. Else they are borrowed.
   */
  push(bytes: Uint8Array, given: boolean = false): void {
    if (this.#cancelled || this.#error !== null) return;
    this.#received += bytes.length;
    const reader = this.#reader;
    if (reader !== null) {
      this.#reader = null;
      if (given && !reader.keeps && bytes.length >= SPLIT_BYTES) reader.resolve(this.#splitOff(bytes));
      else reader.resolve(given ? bytes : this.#copy(bytes));
      return;
    }
    this.hold();
    this.#split = 0;
    this.#buffered += bytes.length;
    if (this.#next === this.#chunks.length || bytes.length >= BLOCK_BYTES) {
      this.#chunks.push(bytes);
      this.#borrowed = !given;
      this.#block = null;
    } else this.#gather(bytes);
  }

  /** Takes a given chunk in, where there is none. @returns A copy of its first bytes, which the chunk is read without. */
  #splitOff(bytes: Uint8Array): Uint8Array {
    const rest = bytes.subarray(BLOCK_BYTES);
    this.#chunks.push(rest);
    this.#block = null;
    this.#buffered = this.#split = rest.length;
    return this.#copy(bytes.subarray(0, BLOCK_BYTES));
  }

  /** Copies what is borrowed still. */
  hold(): void {
    if (!this.#borrowed) return;
    this.#borrowed = false;
    const last = this.#chunks.length - 1;
    this.#chunks[last] = this.#copy(this.#chunks[last]!);
  }

  #gather(bytes: Uint8Array): void {
    const block = this.#block;
    const end = this.#chunks[this.#chunks.length - 1]!.length;
    if (block !== null && end + bytes.length <= BLOCK_BYTES) {
      block.set(bytes, end);
      this.#chunks[this.#chunks.length - 1] = block.subarray(0, end + bytes.length);
      return;
    }
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#block.set(bytes);
    this.#chunks.push(this.#block.subarray(0, bytes.length));
  }

  #take(): Uint8Array | null {
    if (this.#next === this.#chunks.length) return null;
    const chunk = this.#chunks[this.#next++]!;
    if (this.#next === this.#chunks.length) this.#block = null;
    if (this.#next === this.#chunks.length || this.#next === READ_CHUNKS) {
      this.#chunks.splice(0, this.#next);
      this.#next = 0;
    }
    this.#buffered -= chunk.length;
    this.#split = 0;
    return chunk;
  }

  /** All of it has come. */
  end(): void {
    this.#ended = true;
    this.#settle();
  }

  /** The rest will not come. What has come can still be read; then the error is met. */
  fail(error: Error): void {
    if (this.#ended || this.#error !== null) return;
    this.#error = error;
    this.#settle();
  }

  #settle(): void {
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    if (this.#error !== null) reader.reject(this.#error);
    else reader.resolve(null);
  }

  #touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    this.#owner.wanted(this);
  }

  takeWhole(): Uint8Array | null {
    if (!this.#ended || this.#touched || this.#chunks.length !== 1) return null;
    this.#touch();
    this.#borrowed = false;
    return this.#take();
  }

  read(keeps = false): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#reader !== null) return Promise.reject(new TypeError("read a request's body: another read waits for its chunk"));
    this.#touch();
    this.hold();
    const full = this.full;
    const chunk = this.#take();
    if (chunk !== null) {
      if (full && !this.full && this.#error === null) this.#owner.hungry(this);
      return chunk;
    }
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#ended) return null;
    if (this.#cancelled) return Promise.reject(cancelledError());
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject, keeps };
    });
  }

  cancel(): void {
    if (this.#cancelled || this.#ended) return;
    this.#cancelled = true;
    this.#chunks.length = 0;
    this.#next = 0;
    this.#block = null;
    this.#borrowed = false;
    this.#buffered = this.#split = 0;
    const reader = this.#reader;
    this.#reader = null;
    reader?.reject(cancelledError());
    // After an error the connection is past this request.
    if (this.#error === null) this.#owner.unwanted(this);
  }
}

function slice(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.slice();
}

function cancelledError(): BrokenError {
  return new BrokenError("read a request's body: it was cancelled");
}
