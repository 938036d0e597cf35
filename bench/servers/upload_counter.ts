/** Bytes of the body that `load/upload.lua` sends. */
const BODY = 1_048_576;

/** Tells when a request of `load/upload.lua` is there whole: the raw sockets read no more of HTTP than where its head ends. */
export class UploadCounter {
  #left = 0;

  /** Takes what was read; true if it was the last of a request. wrk sends no next one before the answer. */
  take(chunk: Uint8Array): boolean {
    if (this.#left > 0) this.#left -= chunk.length;
    else this.#left = BODY - (chunk.length - headLength(chunk));
    return this.#left <= 0;
  }
}

/** wrk sends head and body by one write, of which the first read has the whole head. */
function headLength(chunk: Uint8Array): number {
  for (let at = 3; at < chunk.length; at++) {
    if (chunk[at] === 10 && chunk[at - 1] === 13 && chunk[at - 2] === 10 && chunk[at - 3] === 13) return at + 1;
  }
  throw new Error("read an upload: its first piece has no whole head");
}
