import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import { WriteQueue } from "../../../src/io/write_queue.ts";

const bytesOf = (chunk: Uint8Array | string) => typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;

test("WriteQueue.take() gives the chunks in order, and undefined when there are none", () => {
  const queue = new WriteQueue();
  const bytes = new Uint8Array([1, 2, 3]);
  queue.push("one");
  queue.push(bytes);
  assert.equal(queue.bytes, 6);
  assert.equal(queue.take(), "one");
  assert.equal(queue.take(), bytes);
  assert.equal(queue.take(), undefined);
  assert.equal(queue.bytes, 0);
});

test("WriteQueue.take() cuts a chunk at the limit", () => {
  const queue = new WriteQueue();
  queue.push("abcdef");
  queue.push(new Uint8Array([1, 2, 3]));
  assert.equal(queue.take(4), "abcd");
  assert.equal(queue.take(4), "ef");
  assert.deepEqual(queue.take(2), new Uint8Array([1, 2]));
  assert.equal(queue.bytes, 1);
  assert.deepEqual(queue.take(2), new Uint8Array([3]));
});

test("WriteQueue.push() joins strings, up to the high-water mark", () => {
  const queue = new WriteQueue();
  const half = "x".repeat(HIGH_WATER_MARK / 2);
  for (let count = 0; count < 3; count++) queue.push(half);
  assert.equal(queue.take()?.length, HIGH_WATER_MARK);
  assert.equal(queue.take()?.length, HIGH_WATER_MARK / 2);
});

test("WriteQueue.push() joins to a string of which a part is gone", () => {
  const queue = new WriteQueue();
  queue.push("abc");
  assert.equal(queue.take(1), "a");
  queue.push("def");
  assert.equal(queue.take(), "bcdef");
});

test("WriteQueue gives out what was put in, however it is cut", () => {
  const chunk = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "binary-ascii", maxLength: 300 }));
  const step = fc.oneof(chunk.map((push) => ({ push })), fc.integer({ min: 1, max: 400 }).map((take) => ({ take })));
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const queue = new WriteQueue();
    const put: Uint8Array[] = [];
    const got: Uint8Array[] = [];
    const take = (limit?: number) => {
      const piece = queue.take(limit);
      if (piece !== undefined) got.push(bytesOf(piece));
      return piece;
    };
    for (const each of steps) {
      if ("push" in each) {
        put.push(bytesOf(each.push));
        queue.push(each.push);
      } else assert.ok((take(each.take)?.length ?? 0) <= each.take);
    }
    const left = queue.bytes;
    const before = Buffer.concat(got).length;
    while (take() !== undefined);
    assert.equal(Buffer.concat(got).length - before, left);
    assert.ok(Buffer.concat(put).equals(Buffer.concat(got)));
  }));
});
