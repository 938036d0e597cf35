import type { CopyBytes } from "../contract/bytes.ts";

/**
 * Bun's way to bytes that the caller may keep. `Bun.listen` (1.4.5) gives each chunk in a new buffer, as long as the chunk, and never touches it
 * again: one that is given whole is kept as it is. Only a part of one, as behind a head, is copied.
 */
export function createBunCopy(): CopyBytes {
  return (bytes) => {
    const { buffer, length } = bytes;
    return length === buffer.byteLength && buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(bytes);
  };
}
