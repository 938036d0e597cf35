import type { BodySource } from "../contract/body.ts";

/**
 * Reads a body to its end. A body that came in one piece is not copied.
 *
 * @throws What `source.read` throws.
 */
export async function readAll(source: BodySource): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const read = source.read();
    // What is in already is not waited for: a small body costs one promise, not two a chunk.
    const chunk = read === null || read instanceof Uint8Array ? read : await read;
    if (chunk === null) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return chunks.length === 1 ? plain(chunks[0]!) : joined(chunks, length);
}

/** Apps expect a Uint8Array and get no Buffer of Node's, which prints and serializes otherwise. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (!(buffer instanceof ArrayBuffer)) return new Uint8Array(bytes);
  return bytes.constructor === Uint8Array ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(buffer, byteOffset, byteLength);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
