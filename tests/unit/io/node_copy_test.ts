import { test } from "node:test";
import assert from "node:assert/strict";
import { collectingCopy, copyUncleared } from "../../../src/io/node_copy.ts";

test("copyUncleared() copies into a buffer of the bytes' own length, which no other copy shares", () => {
  const copy = copyUncleared;
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

test("collectingCopy() has dead copies collected once in 8 MiB, and looks for a way to only then", () => {
  let [found, collected] = [0, 0];
  const copy = collectingCopy(copyUncleared, 8 * 1024 * 1024, () => {
    found++;
    return () => void collected++;
  });
  const bytes = new Uint8Array(65_536);
  for (let count = 0; count < 127; count++) copy(bytes);
  assert.deepEqual([found, collected], [0, 0]);
  copy(bytes);
  assert.deepEqual([found, collected], [1, 1]);
  for (let count = 0; count < 1024; count++) copy(bytes);
  assert.deepEqual([found, collected], [1, 9]);
});

test("collectingCopy() copies where nothing can be collected", () => {
  const copy = collectingCopy(copyUncleared, 8 * 1024 * 1024, () => null);
  const bytes = new Uint8Array(8 * 1024 * 1024).fill(7);
  assert.deepEqual(copy(bytes), bytes);
  assert.deepEqual(copy(bytes), bytes);
});
