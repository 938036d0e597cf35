/** Bytes of a small read: a socket's high-water mark. Two of these are the most that a client which takes nothing costs. */
export const SMALL_READ = 65_536;

/** Bytes of a large one: past it a file's bytes cost no less. */
export const LARGE_READ = 262_144;

/** Large buffers that are used at a time, 16 MiB in all: whoever comes then reads in small ones. */
const MOST_LARGE = 64;

/** Small ones that are kept for the next transfer, 4 MiB in all. */
const MOST_SMALL_KEPT = 64;

const large: Uint8Array[] = [];
const small: Uint8Array[] = [];
let largeUsed = 0;

/** Where files' bytes are read into. Not new ones each time: to make, fill with zeros and collect them takes longer than to read and send what is in them. */
export function takeFileBuffer(isFast: boolean): Uint8Array {
  if (!isFast || largeUsed === MOST_LARGE) return small.pop() ?? new Uint8Array(SMALL_READ);
  largeUsed++;
  return large.pop() ?? new Uint8Array(LARGE_READ);
}

/** Gives one back. @param isFree Nobody looks at its bytes any more; else it is left to the collector. */
export function giveFileBuffer(buffer: Uint8Array, isFree: boolean): void {
  if (buffer.length === LARGE_READ) {
    largeUsed--;
    if (isFree) large.push(buffer);
  } else if (isFree && small.length < MOST_SMALL_KEPT) small.push(buffer);
}
