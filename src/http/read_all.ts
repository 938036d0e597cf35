import type { BodySource } from "../contract/body.ts";

/**
 * Reads a body to its end. A body that came in one piece is not copied, and one that is in already costs no promise.
 *
 * @throws What `source.read` throws.
 */
export function readAll(source: BodySource): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const read = source.read(true);
    if (read === null) return joined(chunks);
    if (!(read instanceof Uint8Array)) return readRest(source, chunks, read);
    chunks.push(read);
  }
}

async function readRest(source: BodySource, chunks: Uint8Array[], next: Promise<Uint8Array | null>): Promise<Uint8Array<ArrayBuffer>> {
  for (let read: ReturnType<BodySource["read"]> = next;; read = source.read(true)) {
    const chunk = read instanceof Promise ? await read : read;
    if (chunk === null) return joined(chunks);
    chunks.push(chunk);
  }
}

/** Apps expect a Uint8Array and get no Buffer of Node's, which prints and serializes otherwise. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.constructor === Uint8Array ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes);
}

/** Chunks as one; a single one is not copied. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return plain(chunks[0]!);
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
