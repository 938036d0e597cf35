import { HIGH_WATER_MARK } from "../contract/socket.ts";
import type { Latin1 } from "../contract/socket.ts";

/**
 * Bytes of one system call at most: past the high-water mark, at which writers stop, by what the framing of chunks adds to it. A tail of 32
 * bytes behind four chunks of 16 KiB would be a system call of its own.
 */
export const PIECE_BYTES = HIGH_WATER_MARK + 1024;

/** Chunks taken before the array is moved up: keeps a queue that never runs empty from growing. */
const COMPACT_AT = 64;

/** Chunks that wait to be written, in order. Neighbouring strings become one, up to 64 KiB: a run of short answers is one piece. */
export class WriteQueue {
  readonly #chunks: (Uint8Array | Latin1)[] = [];
  /** The first chunk that is left, and how much of it is gone. */
  #index = 0;
  #offset = 0;
  #bytes = 0;

  /** Bytes in the queue. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a chunk at the tail; an empty one is dropped. */
  push(chunk: Uint8Array | Latin1): void {
    if (chunk.length === 0) return;
    this.#bytes += chunk.length;
    const last = this.#chunks.length - 1;
    const before = last >= this.#index ? this.#chunks[last] : undefined;
    if (typeof chunk === "string" && typeof before === "string" && before.length + chunk.length <= HIGH_WATER_MARK) {
      this.#chunks[last] = before + chunk;
    } else this.#chunks.push(chunk);
  }

  /**
   * Removes the first chunk, or what fits of it.
   *
   * @param limit Bytes at most. @default the high-water mark
   * @returns Undefined if the queue is empty.
   */
  take(limit: number = HIGH_WATER_MARK): Uint8Array | Latin1 | undefined {
    const chunk = this.#chunks[this.#index];
    if (chunk === undefined) return undefined;
    const start = this.#offset;
    const end = Math.min(chunk.length, start + limit);
    this.#bytes -= end - start;
    this.#offset = end;
    if (end === chunk.length) this.#drop();
    if (end - start === chunk.length) return chunk;
    return typeof chunk === "string" ? chunk.slice(start, end) : chunk.subarray(start, end);
  }

  #drop(): void {
    this.#offset = 0;
    // The slot would keep the chunk alive.
    this.#chunks[this.#index++] = "";
    if (this.#index < this.#chunks.length && this.#index < COMPACT_AT) return;
    this.#chunks.splice(0, this.#index);
    this.#index = 0;
  }
}
