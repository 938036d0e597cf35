import { HIGH_WATER_MARK, type Latin1 } from "../contract/socket.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import type { WriteQueue } from "./write_queue.ts";

/** A chunk this long is written by itself; a shorter one is copied behind its neighbours, which costs less than a system call. */
const ALONE = 16_384;

/**
 * Takes what one system call should write: short chunks together, up to the high-water mark, and long ones alone.
 *
 * @param scratch Gives `HIGH_WATER_MARK` bytes or more to put short chunks together in. Not new ones each time: to make 64 KiB takes longer
 * than to fill them.
 * @returns Null if the queue is empty.
 */
export function takePiece(queue: WriteQueue, scratch: () => Uint8Array): Uint8Array | Latin1 | null {
  const first = queue.take();
  if (first === undefined) return null;
  if (queue.bytes === 0 || first.length >= ALONE) return first;
  const target = scratch().subarray(0, Math.min(HIGH_WATER_MARK, first.length + queue.bytes));
  let filled = copy(first, target, 0);
  while (filled < target.length) {
    const next = queue.take(target.length - filled);
    if (next === undefined) break;
    filled += copy(next, target, filled);
  }
  return target;
}

function copy(chunk: Uint8Array | Latin1, target: Uint8Array, offset: number): number {
  if (typeof chunk === "string") encodeLatin1(chunk, target, offset);
  else target.set(chunk, offset);
  return chunk.length;
}
