/** Vectors of one read or write, at most: as Linux's IOV_MAX. */
const MOST_VECTORS = 1024;

/** Bytes of all of them, at most: of what was read or written no more can be told (SSIZE_MAX of a program of 32 bits). */
const MOST_BYTES = 2_147_483_647;

/** Bytes of an `iovec`: a pointer and a length. */
const VECTOR_BYTES = 8;

/**
 * A program's memory, as the calls see it. Pointers and lengths come as signed numbers of 32 bits. What is outside of the memory throws a RangeError,
 * at which the program ends as after a trap.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | null = null;
  #view: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0));

  /** Which it is; before that there is none. */
  set memory(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Valid until the program runs on: when its memory grows, the buffer is another one. */
  get view(): DataView<ArrayBuffer> {
    // Not shared: such a memory is refused when the program is loaded.
    const buffer = (this.#memory?.buffer ?? this.#view.buffer) as ArrayBuffer;
    if (this.#view.buffer !== buffer) this.#view = new DataView(buffer);
    return this.#view;
  }

  /** Some of its bytes; valid until the program runs on. */
  bytes(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view.buffer, pointer >>> 0, length >>> 0);
  }

  setUint32(pointer: number, value: number): void {
    this.view.setUint32(pointer >>> 0, value, true);
  }

  setUint64(pointer: number, value: bigint): void {
    this.view.setBigUint64(pointer >>> 0, value, true);
  }

  /** The buffers of an array of `iovec`, those without bytes left out; null where there are more of them, or of bytes, than may be. */
  vectors(pointer: number, count: number): Uint8Array<ArrayBuffer>[] | null {
    if (count >>> 0 > MOST_VECTORS) return null;
    const found: Uint8Array<ArrayBuffer>[] = [];
    let total = 0;
    for (let index = 0; index < count; index++) {
      const at = (pointer >>> 0) + index * VECTOR_BYTES;
      const bytes = this.bytes(this.view.getUint32(at, true), this.view.getUint32(at + 4, true));
      if (bytes.length > 0) found.push(bytes);
      total += bytes.length;
    }
    return total > MOST_BYTES ? null : found;
  }
}
