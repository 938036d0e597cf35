// What the programs share that send a file and nothing else.
import { statSync } from "node:fs";
import { readArguments } from "./arguments.ts";

/** As heddle reads for a client that takes what it gets. */
export const READ_BYTES = 262_144;

/** An answer's head, with the fields that heddle sends. */
export function fileHead(size: number): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\naccept-ranges: bytes\r\ncontent-length: ${size}\r\n\r\n`;
}

/** Reads `FILE [PORT]`. */
export function readFileArguments(args: readonly string[]): { readonly path: string; readonly port: number; readonly size: number } {
  const [path = "", ...rest] = args;
  return { path, port: readArguments(rest).port, size: statSync(path).size };
}
