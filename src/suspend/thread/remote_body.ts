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
  #whole: Uint8Array | null;
  #ended: boolean;
  #error: unknown = null;
  #reader: Reader | null = null;

  constructor({ length, whole }: PackedBody, fetcher: BodyFetcher) {
    this.length = length;
    this.#whole = whole === null ? null : unpackBytes(whole);
    this.#ended = whole !== null;
    this.#fetcher = fetcher;
  }

  takeWhole(): Uint8Array | null {
    const whole = this.#whole;
    this.#whole = null;
    return whole;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#reader !== null) return Promise.reject(new TypeError("read a request's body: another read waits for its chunk"));
    const whole = this.takeWhole();
    if (whole !== null && whole.length > 0) return whole;
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#ended) return null;
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#fetcher.read();
    });
  }

  /** The chunk that was asked for; null at the end. */
  came(chunk: Uint8Array | null): void {
    if (chunk === null) this.#ended = true;
    const reader = this.#reader;
    this.#reader = null;
    reader?.resolve(chunk);
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
