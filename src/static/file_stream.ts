import type { FilePart, OpenFile } from "../contract/files.ts";
import type { ByteRange } from "./byte_range.ts";

/** Bytes of a read. 64 KiB is a socket's high-water mark: one read's bytes are unsent when the next one is asked for. */
const READ_BYTES = 65_536;

/** Of streams that nobody has read from. */
const PARTS = new WeakMap<ReadableStream, FilePart>();

/**
 * A stream of a part of a file, which reads when its reader asks, and closes the file at its end, when it is cancelled, and when it fails. A file that has
 * become shorter fails the stream, so that its connection is aborted: what was promised is never filled up. One that has grown is sent as it was promised.
 *
 * @param named For the error.
 */
export function streamFile(file: OpenFile, { start, end }: ByteRange, named: string): ReadableStream<Uint8Array> {
  let at = start;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      PARTS.delete(stream);
      const buffer = new Uint8Array(Math.min(READ_BYTES, end - at));
      try {
        const count = await file.read(buffer, at);
        if (count < buffer.length) throw shorterFile(named, at + count, end);
        at += count;
        controller.enqueue(buffer);
        if (at < end) return;
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      controller.close();
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
  PARTS.set(stream, { file, start, end, named });
  return stream;
}

/**
 * What an untouched stream of `streamFile` stands for, for who sends files without it: from here on the file is theirs to close, and the stream is not to be
 * used any more. Null for any other stream, and for one that was read from.
 */
export function filePartOf(stream: ReadableStream): FilePart | null {
  return PARTS.get(stream) ?? null;
}

/** What sending a file fails with that has become shorter. */
export function shorterFile(named: string, left: number, wanted: number): Error {
  return new Error(`send ${named}: it has become shorter, ${left} of ${wanted} bytes are left`);
}
