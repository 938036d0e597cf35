import assert from "node:assert/strict";
import { test } from "node:test";
import { chunkBytes } from "../../../src/io/chunk_bytes.ts";

test("chunkBytes() copies bytes, and refuses what would be lost, or be no copy", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const copy = chunkBytes(bytes.subarray(1));
  bytes.fill(9);
  assert.deepEqual([...copy, copy.buffer.byteLength], [2, 3, 2]);
  assert.deepEqual([...chunkBytes("é")], [0xc3, 0xa9]);
  for (const bad of [bytes.buffer, new DataView(bytes.buffer), 5, null, undefined, [1]]) {
    assert.throws(
      () => chunkBytes(bad as unknown as string),
      /^TypeError: write to a connection: a chunk must be a string or a Uint8Array$/,
    );
  }
});
