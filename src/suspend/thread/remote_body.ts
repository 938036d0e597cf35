import type { BodySource } from "../../contract/body.ts";
import { BrokenError } from "../../errors.ts";
import { unpackBytes } from "../worker/packed_bytes.ts";
import type { PackedBody } from "../worker/protocol.ts";

/** Who fetches a body. */
export interface BodyFetcher {
  /** Ask for the next chunk. */
  read(): void;
  /** No more is wanted. */
  unread(): void;
}

interface Reader {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A request's body in its thread: what was in is there, the rest is fetched chunk by chunk, each when it is read. */
export class RemoteBody implements BodySource {
  readonly length: number | null;
  readonly #fetcher: BodyFetcher;
  /** What came, and was not read. */
  #held: Uint8Array | null;
  #ended: boolean;
  #error: unknown = null;
  #reader: Reader | null = null;
  /** A chunk was asked for, and has not come. */
  #fetching = false;

  constructor({ length, whole }: PackedBody, fetcher: BodyFetcher) {
    this.length = length;
    this.#held = whole === null ? null : unpackBytes(whole);
    this.#ended = whole !== null;
    this.#fetcher = fetcher;
  }

  takeWhole(): Uint8Array | null {
    return this.#ended ? this.#take() : null;
  }

  #take(): Uint8Array | null {
    const held = this.#held;
    this.#held = null;
    return held;
  }

  #fetch(): void {
    if (this.#fetching) return;
    this.#fetching = true;
    this.#fetcher.read();
  }

  /** A read would not wait. Else a chunk is asked for, so that it comes to be so. */
  get ready(): boolean {
    if (this.#held !== null || this.#ended || this.#error !== null) return true;
    this.#fetch();
    return false;
  }

  /** As `read`, once it is `ready`. @throws What a read rejects with. */
  readNow(): Uint8Array | null {
    const held = this.#take();
    if (held === null && this.#error !== null) throw this.#error;
    return held;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#reader !== null) return Promise.reject(new TypeError("read a request's body: another read waits for its chunk"));
    const held = this.#take();
    if (held !== null && held.length > 0) return held;
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#ended) return null;
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#fetch();
    });
  }

  /** The chunk that was asked for; null at the end. */
  came(chunk: Uint8Array | null): void {
    this.#fetching = false;
    if (chunk === null) this.#ended = true;
    const reader = this.#reader;
    this.#reader = null;
    if (reader === null) this.#held = chunk;
    else reader.resolve(chunk);
  }

  /** The rest will not come. */
  fail(error: Error): void {
    if (this.#ended || this.#error !== null) return;
    this.#error = error;
    const reader = this.#reader;
    this.#reader = null;
    reader?.reject(error);
  }

  cancel(): void {
    if (this.#ended || this.#error !== null) return;
    this.fail(new BrokenError("read a request's body: it was cancelled"));
    this.#fetcher.unread();
  }
}
