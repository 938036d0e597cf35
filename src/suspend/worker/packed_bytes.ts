/**
 * Bytes on their way between threads. Not as a `Uint8Array`: Deno 2.9.6 looks through each object of a message for ports, and so through a typed array byte
 * by byte, 10 ms for 64 KiB, transferred or not. A buffer it leaves alone.
 */
export interface PackedBytes {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly length: number;
}

/** Packs bytes of which nobody else has any part of the buffer: it is to be transferred. */
export function packBytes({ buffer, byteOffset, length }: Uint8Array): PackedBytes {
  return { buffer: buffer as ArrayBuffer, offset: byteOffset, length };
}

/** The bytes again. */
export function unpackBytes({ buffer, offset, length }: PackedBytes): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, offset, length);
}
