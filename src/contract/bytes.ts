import type { Latin1 } from "./socket.ts";

/**
 * Makes a string of `bytes[start..end)`, each unit one byte. Every runtime has a fast way to do it, and none a portable one:
 * `TextDecoder("latin1")` is windows-1252, which turns 0x80 to 0x9F into other characters.
 */
export type DecodeLatin1 = (bytes: Uint8Array, start: number, end: number) => Latin1;

/** Copies borrowed bytes into a buffer of their own that is no longer: whoever gets the copy may transfer it. */
export type CopyBytes = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
