import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenFile } from "../../../src/contract/files.ts";
import { takeFileBuffer } from "../../../src/serve/file_buffers.ts";
import { streamFile } from "../../../src/static/file_stream.ts";
import { requestOf, withMemoryServer } from "../../support/served_memory.ts";

const SIZE = 1_000_000;

/** A file of zeros, which remembers what was read into. */
class ZeroFile implements OpenFile {
  readonly facts = { kind: "file", size: SIZE, modifiedMs: 0, changedMs: 0, inode: 1 } as const;
  readonly buffers = new Set<ArrayBufferLike>();
  closes = 0;

  read(into: Uint8Array, position: number): Promise<number> {
    this.buffers.add(into.buffer);
    into.fill(0);
    return Promise.resolve(Math.min(into.length, SIZE - position));
  }

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }
}

const answerOf = (file: OpenFile) =>
  new Response(streamFile(file, { start: 0, end: SIZE }, "a.bin"), { headers: { "content-length": String(SIZE) } });

// After an abort nothing is unsent by the socket's word, while its last write may still be with the system: the next transfer's bytes would have left
// to the client of this one.
test("sendFile() that harakiri ends leaves the buffers that its socket has to the collector", async () => {
  const file = new ZeroFile();
  await withMemoryServer({ fetch: () => answerOf(file), harakiriMs: 1000 }, async ({ connect, settle, pass, heard }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /"));
    await settle();
    assert.equal(file.buffers.size, 1);
    await pass(2000);
    assert.deepEqual([heard.harakiris.length, file.closes > 0], [1, true]);
    for (let count = 0; count < 4; count++) assert.equal(file.buffers.has(takeFileBuffer(true).buffer), false);
  });
});

test("sendFile() that is complete gives its buffers to the next one", async () => {
  const file = new ZeroFile();
  await withMemoryServer({ fetch: () => answerOf(file) }, async ({ sent }) => {
    const peer = await sent(requestOf("GET /"));
    assert.ok(peer.received > SIZE);
    assert.ok(file.buffers.has(takeFileBuffer(true).buffer));
  });
});
