/** Bytes that are told of at once: some 5 ms of V8's marking. */
const TOLD_BYTES = 67_108_864;

/** No more than that is told of at once, however large a memory was: an empty buffer takes address space. */
const MOST_TOLD_BYTES = 268_435_456;

/** So that the optimizer makes a buffer that nobody has. */
const latest: { buffer: ArrayBuffer | null } = { buffer: null };

/**
 * Tells V8 of the memories of programs that have ended, which Deno (2.9.6) does not count: they are collected by chance, gigabytes of them at 20 MB a program
 * later. A buffer counts, also one that nobody has written to, which has no memory of its own.
 */
export class DeadMemories {
  #bytes = 0;
  readonly #allocate: (bytes: number) => ArrayBuffer;

  constructor(allocate: (bytes: number) => ArrayBuffer = (bytes) => new ArrayBuffer(bytes)) {
    this.#allocate = allocate;
  }

  /** A program of so many bytes has ended. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < TOLD_BYTES) return;
    const told = Math.min(this.#bytes, MOST_TOLD_BYTES);
    this.#bytes = 0;
    try {
      latest.buffer = this.#allocate(told);
    } catch {
      // There is no room for it: V8 has collected all that it could.
    }
    latest.buffer = null;
  }
}
