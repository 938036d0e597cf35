const EMPTY = new Uint8Array(0);

/** A held head grows by doubling from here: a byte at a time costs no more than twice its bytes. */
const LEAST_CAPACITY = 512;

/** Bytes that came and are not consumed yet: borrowed during a call, owned between calls. Nothing is allocated while all is consumed. */
export class ReceiveBuffer {
  bytes: Uint8Array = EMPTY;
  /** What is before it is consumed. */
  start = 0;
  /** What is from it on has not come. */
  end = 0;
  /** `bytes` is our own, with room behind `end`. */
  #owned = false;

  /** Takes borrowed bytes, behind those that are held. */
  append(chunk: Uint8Array): void {
    if (this.start === this.end) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.#owned = false;
      return;
    }
    this.hold(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Consumes what there is, up to `most` bytes, which is not 0; null if there is nothing. Borrowed, as the buffer's bytes are. */
  take(most: number): Uint8Array | null {
    const { bytes, start, end } = this;
    if (start === end) return null;
    this.start = Math.min(end, start + most);
    return start === 0 && this.start === bytes.length ? bytes : bytes.subarray(start, this.start);
  }

  /** Makes what is left our own, with `room` bytes behind it. */
  hold(room = 0): void {
    const { bytes, start, end } = this;
    if (start === end) {
      this.clear();
      return;
    }
    if (this.#owned && end + room <= bytes.length) return;
    const size = end - start;
    // Moving within the same memory would cost O(n) for each of n small chunks, so it is done only where it frees half.
    const target = this.#owned && 2 * (size + room) <= bytes.length ? bytes : new Uint8Array(capacity(size, room));
    target.set(bytes.subarray(start, end));
    this.bytes = target;
    this.start = 0;
    this.end = size;
    this.#owned = true;
  }

  /** Forgets what is left. */
  clear(): void {
    this.bytes = EMPTY;
    this.start = this.end = 0;
    this.#owned = false;
  }
}

/** Without room to be made, nothing more may come for long: the exact size. */
function capacity(size: number, room: number): number {
  return room === 0 ? size : Math.max(LEAST_CAPACITY, 2 * (size + room));
}
