/**
 * A copy of what is to be written, since the writer may fill its chunk anew; not by `slice()`, with which a Buffer shares its memory.
 *
 * @throws {TypeError} It is neither a string nor a `Uint8Array`: of an `ArrayBuffer` it would be no copy, and a `DataView` would be empty.
 */
export function chunkBytes(chunk: Uint8Array | string): Uint8Array<ArrayBuffer> {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (chunk instanceof Uint8Array) return new Uint8Array(chunk);
  throw new TypeError("write to a connection: a chunk must be a string or a Uint8Array");
}
