import type { WasiCall } from "../../app/wasi_calls.ts";
import { after, drive, type Steps, type Waited, waitFor } from "../../waited.ts";
import { ERRNO } from "./errno.ts";
import type { Guest } from "./guest.ts";
import type { WasmFunction } from "./jspi.ts";
import { readFrom } from "./file_calls.ts";

/** The body, which is read from. */
export const STDIN = 0;
/** The answer. */
export const STDOUT = 1;
/** The log. */
export const STDERR = 2;

/** Reading and writing. */
export function streamCalls(guest: Guest): Partial<Record<WasiCall, WasmFunction>> {
  const { memory, waits, input, output, log, files } = guest;

  function read(vectors: readonly Uint8Array[], result: number): number {
    let count = 0;
    for (const vector of vectors) {
      // What has not come is not waited for once something was read.
      if (count > 0 && input.held === 0) break;
      const length = input.read(vector);
      if (length === null) return ERRNO.EIO;
      count += length;
      if (length < vector.length) break;
    }
    memory.setUint32(result, count);
    return ERRNO.SUCCESS;
  }

  /** Writes all of it, however long it takes. */
  function* writeOn(vectors: readonly Uint8Array[], at: number, taken: number): Steps<number> {
    for (let index = at, from = taken; index < vectors.length;) {
      yield* waitFor(guest.writable());
      from += output.take(vectors[index]!.subarray(from));
      for (; index < vectors.length && from === vectors[index]!.length; from = 0) index++;
    }
    return ERRNO.SUCCESS;
  }

  function write(vectors: readonly Uint8Array[]): Waited<number> {
    for (const [index, vector] of vectors.entries()) {
      const taken = output.take(vector);
      if (taken < vector.length) return drive(writeOn(vectors, index, taken));
    }
    return output.due ? after(guest.writable(), () => ERRNO.SUCCESS) : ERRNO.SUCCESS;
  }

  return {
    fd_read(fd: number, pointer: number, count: number, result: number) {
      const vectors = memory.vectors(pointer, count);
      if (vectors === null) return ERRNO.EINVAL;
      if (fd !== STDIN) return readFrom(guest, fd, vectors, null, result);
      return vectors.length === 0 || input.ready ? read(vectors, result) : after(guest.readable(), () => read(vectors, result));
    },
    fd_write(fd: number, pointer: number, count: number, result: number) {
      const vectors = memory.vectors(pointer, count);
      if (vectors === null) return ERRNO.EINVAL;
      if (fd !== STDOUT && fd !== STDERR) return files.get(fd) === null ? ERRNO.EBADF : ERRNO.EROFS;
      if (fd === STDOUT) {
        memory.setUint32(result, vectors.reduce((sum, { length }) => sum + length, 0));
        return write(vectors);
      }
      // A short write: all of its memory, a thousand times, is one call of a program's.
      let taken = 0;
      for (const vector of vectors) taken += log.take(vector);
      memory.setUint32(result, taken);
      if (!log.due) return ERRNO.SUCCESS;
      log.resumed();
      output.flush();
      return waits.giveWay();
    },
  };
}
