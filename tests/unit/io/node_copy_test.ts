import { test } from "node:test";
import assert from "node:assert/strict";
import { createNodeCopy } from "../../../src/io/node_copy.ts";

test("createNodeCopy() copies into a buffer of the bytes' own length, which no other copy shares", () => {
  const copy = createNodeCopy();
  for (const length of [0, 1, 100, 4096, 65_536]) {
    const bytes = new Uint8Array(length + 20).map((_, at) => at * 7).subarray(10, 10 + length);
    const [first, second] = [copy(bytes), copy(bytes)];
    assert.deepEqual(first, bytes.slice());
    assert.equal(Object.getPrototypeOf(first), Uint8Array.prototype);
    assert.equal(first.buffer.byteLength, length);
    assert.notEqual(first.buffer, second.buffer);
    bytes.fill(0);
    assert.deepEqual(first, second);
    if (length > 0) structuredClone(first, { transfer: [first.buffer] });
    assert.equal(second.length, length);
  }
});
