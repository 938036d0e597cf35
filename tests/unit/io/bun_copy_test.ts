import assert from "node:assert/strict";
import { test } from "node:test";
import { createBunCopy } from "../../../src/io/bun_copy.ts";

test("createBunCopy() keeps the bytes of a whole buffer, as a plain Uint8Array", () => {
  const whole = Buffer.from(new Uint8Array([1, 2, 3]).buffer);
  const kept = createBunCopy()(whole);
  assert.equal(kept.buffer, whole.buffer);
  assert.equal(Object.getPrototypeOf(kept), Uint8Array.prototype);
  assert.deepEqual([...kept], [1, 2, 3]);
});

test("createBunCopy() copies a part into a buffer of its own, so that nothing of the rest is in it", () => {
  const all = new Uint8Array([1, 2, 3, 4]);
  for (const part of [all.subarray(0, 3), all.subarray(1), all.subarray(2, 2)]) {
    const copy = createBunCopy()(part);
    assert.deepEqual(copy, part.slice());
    assert.equal(copy.buffer.byteLength, part.length);
    assert.notEqual(copy.buffer, all.buffer);
  }
});
