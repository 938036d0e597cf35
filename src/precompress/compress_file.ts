import { constants } from "node:fs";
import { chmod, type FileHandle, open, realpath, rename, rm, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createEncoder } from "./encoders.ts";
import type { CompressJob, CompressOutcome } from "./job.ts";

/** Bytes of a read: a file of any size is compressed in some megabytes, most of them the compressor's. */
const READ_BYTES = 262_144;

/** A compressed file of more than this part of its file is not kept: what is saved would not pay for its unpacking. */
const WORTH_KEEPING = 0.95;

/** By how much, in milliseconds, a compressed file is younger than its file: some runtimes cut times off below a millisecond. */
const YOUNGER_MS = 2;

/**
 * Compresses a file into one beside it, which has its mode and, but for 2 ms, its time: one that is written meanwhile is younger, and is not taken for it.
 * Whoever reads sees the whole of the one file or the whole of the other.
 */
export async function compressFile(job: CompressJob): Promise<CompressOutcome> {
  try {
    return await compress(job);
  } catch (error) {
    await rm(job.temporary, { force: true }).catch(() => {});
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function compress({ source, target, temporary, coding }: CompressJob): Promise<CompressOutcome> {
  const folder = dirname(source);
  if (await realpath(folder) !== folder) throw new Error("a folder on its way has become a link");
  const file = await open(source, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new Error("it is no file any more");
    const after = await encode(file, temporary, coding, facts.size);
    const now = await file.stat();
    if (now.mtimeMs !== facts.mtimeMs || now.size !== facts.size) throw new Error("it was changed while it was read; run this again");
    const outcome = { before: facts.size, after };
    if (after > facts.size * WORTH_KEEPING) {
      await rm(temporary);
      return { kind: "larger", ...outcome };
    }
    await chmod(temporary, facts.mode & 0o777);
    await utimes(temporary, facts.atimeMs / 1000, (Math.ceil(facts.mtimeMs) + YOUNGER_MS) / 1000);
    await rename(temporary, target);
    return { kind: "written", ...outcome };
  } finally {
    await file.close();
  }
}

/** @returns The bytes written. */
async function encode(file: FileHandle, temporary: string, coding: CompressJob["coding"], size: number): Promise<number> {
  const written = await open(temporary, "wx", 0o600);
  try {
    let bytes = 0;
    await pipeline(readAll(file), createEncoder(coding, size), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        await writeAll(written, chunk);
        bytes += chunk.length;
      }
    });
    return bytes;
  } finally {
    await written.close();
  }
}

async function* readAll(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0;;) {
    const buffer = new Uint8Array(READ_BYTES);
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
}
