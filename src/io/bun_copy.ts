import type { CopyBytes } from "../contract/bytes.ts";

/**
 * Bun's way to bytes that the caller may keep, which is none: `Bun.listen` (1.4.5) gives each chunk in a new buffer and never touches it again. Nor is
 * the chunk's `buffer` asked for: that alone, with a copy of the part behind a head, was half of what an upload of 1 MiB cost.
 */
export const keepBunBytes: CopyBytes = (bytes) => bytes as Uint8Array<ArrayBuffer>;
