import { Buffer } from "node:buffer";
import type { CopyBytes } from "../contract/bytes.ts";
import type { CollectYoung } from "./node_collect.ts";

/**
 * Node's way to a copy whose memory is not cleared before it is filled. An upload of 1 MiB read as a stream costs 0.92 of what it does with
 * `slice` (Node 24); on Bun 1.4.5 0.98, and on Deno 2.9.6, which clears all the same, 1.1.
 */
export function copyUncleared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return new Uint8Array(copy.buffer, 0, bytes.length);
}

/**
 * A way to copy on V8, where copies that nobody has any more are collected as new ones are made. Left to itself V8 (13.6 and 15.0) collects the whole heap
 * once 64 MiB and more of copies are dead, and glibc keeps what it is given back (decision 0011).
 *
 * @param everyBytes Copied between two collections.
 * @param createCollect Called once, when there is something to collect.
 */
export function collectingCopy(copy: CopyBytes, everyBytes: number, createCollect: () => CollectYoung | null): CopyBytes {
  let collect: CollectYoung | null | undefined;
  let copied = 0;
  return (bytes) => {
    copied += bytes.length;
    if (copied >= everyBytes) {
      copied = 0;
      if (collect === undefined) collect = createCollect();
      collect?.();
    }
    return copy(bytes);
  };
}
