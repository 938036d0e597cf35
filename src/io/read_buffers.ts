/**
 * What a new connection, and one of small requests, holds while it is idle. A browser's head (900 bytes) takes two reads the first
 * time, and one from then on.
 */
export const SMALL_READ = 512;

/** The largest read: past 64 KiB Deno 2.9 gains a fifth of throughput for four times the memory. */
const LARGEST_READ = 65_536;

/** Buffers up to this size are cut from slabs, which spares each an ArrayBuffer with its backing store. */
const LARGEST_CUT = 2048;
const SLAB = 65_536;

/** Free bytes kept of each size: what more a burst of connections leaves goes to the collector. */
const KEPT = 2 * 1024 * 1024;

/** The free buffers by size: the powers of two from the small read to the largest. */
const free = new Map<number, Uint8Array[]>();
for (let size = SMALL_READ; size <= LARGEST_READ; size *= 2) free.set(size, []);

/** Takes a buffer of a size that `nextReadSize` gave, or `SMALL_READ`; whatever is in it is stale. */
export function takeReadBuffer(size: number): Uint8Array {
  const buffer = free.get(size)?.pop();
  if (buffer !== undefined) return buffer;
  return size <= LARGEST_CUT ? cutSlab(size) : new Uint8Array(size);
}

/** Gives a buffer back that no read is using any more. */
export function releaseReadBuffer(buffer: Uint8Array): void {
  const buffers = free.get(buffer.length);
  if (buffers !== undefined && buffers.length * buffer.length < KEPT) buffers.push(buffer);
}

/** What came in several reads is taken in one the next time if it is this or less: a connection that falls silent holds no more. */
const LARGEST_FITTED = 4096;

/**
 * Sizes the next read by what the last ones brought. A full buffer has more behind it: the next one is sixteen times as large, up to
 * 64 KiB. Else it is the smallest that would have held it with room to spare (a read that leaves room is known to have emptied the
 * socket, which saves a system call), so that a connection which falls silent holds little.
 *
 * @param size The last buffer's length.
 * @param count Bytes that came, up to `size`.
 * @param before Bytes of the full reads that it follows: without them heads of 900 bytes took two reads each, and 1.4 times the CPU.
 */
export function nextReadSize(size: number, count: number, before: number): number {
  if (count === size) return Math.min(size * 16, LARGEST_READ);
  const all = before + count < LARGEST_FITTED ? before + count : count;
  let fitting = SMALL_READ;
  while (fitting <= all) fitting *= 2;
  return fitting;
}

function cutSlab(size: number): Uint8Array {
  const slab = new ArrayBuffer(SLAB);
  for (let at = size; at < SLAB; at += size) free.get(size)?.push(new Uint8Array(slab, at, size));
  return new Uint8Array(slab, 0, size);
}
