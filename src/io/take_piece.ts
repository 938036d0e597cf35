import type { Latin1 } from "../contract/socket.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import { PIECE_BYTES, type WriteQueue } from "./write_queue.ts";

/** A chunk this long is written by itself; a shorter one is copied behind its neighbours, which costs less than a system call. */
const ALONE = 16_384;

/**
 * Takes what one system call should write: short chunks together, up to `PIECE_BYTES`, and long ones alone.
 *
 * @param scratch Gives `PIECE_BYTES` bytes or more to put short chunks together in. Not new ones each time: to make 64 KiB takes longer
 * than to fill them.
 * @param stride Bytes that are copied at once. @default all of a chunk
 * @returns Null if the queue is empty.
 */
export function takePiece(queue: WriteQueue, scratch: () => Uint8Array, stride: number = PIECE_BYTES): Uint8Array | Latin1 | null {
  const first = queue.take();
  if (first === undefined) return null;
  if (queue.bytes === 0 || first.length >= ALONE) return first;
  const target = scratch().subarray(0, Math.min(PIECE_BYTES, first.length + queue.bytes));
  let filled = copy(first, target, 0, stride);
  while (filled < target.length) {
    const next = queue.take(target.length - filled);
    if (next === undefined) break;
    filled += copy(next, target, filled, stride);
  }
  return target;
}

function copy(chunk: Uint8Array | Latin1, target: Uint8Array, offset: number, stride: number): number {
  if (typeof chunk === "string") encodeLatin1(chunk, target, offset);
  else if (chunk.length <= stride) target.set(chunk, offset);
  else {
    for (let at = 0; at < chunk.length; at += stride) target.set(chunk.subarray(at, at + stride), offset + at);
  }
  return chunk.length;
}
