import type { Latin1 } from "./socket.ts";

/**
 * Makes a string of `bytes[start..end)`, each unit one byte. Every runtime has a fast way to do it, and none a portable one:
 * `TextDecoder("latin1")` is windows-1252, which turns 0x80 to 0x9F into other characters.
 */
export type DecodeLatin1 = (bytes: Uint8Array, start: number, end: number) => Latin1;

/**
 * Makes of borrowed bytes some that the caller may keep: nobody else will write to them. A copy, unless the engine's bytes are such; then their buffer may
 * have more of the same client's bytes around them.
 */
export type CopyBytes = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
