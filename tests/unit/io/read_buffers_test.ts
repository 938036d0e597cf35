import assert from "node:assert/strict";
import { test } from "node:test";
import { nextReadSize, releaseReadBuffer, SMALL_READ, takeReadBuffer } from "../../../src/io/read_buffers.ts";

test("nextReadSize() grows sixteenfold after a full read, up to 64 KiB", () => {
  assert.equal(nextReadSize(SMALL_READ, SMALL_READ, 0), 8192);
  assert.equal(nextReadSize(8192, 8192, 0), 65_536);
  assert.equal(nextReadSize(65_536, 65_536, 0), 65_536);
});

test("nextReadSize() fits what came with room to spare, and comes back down", () => {
  assert.equal(nextReadSize(SMALL_READ, 1, 0), SMALL_READ);
  assert.equal(nextReadSize(8192, 300, 0), SMALL_READ);
  assert.equal(nextReadSize(8192, 512, 0), 1024);
  assert.equal(nextReadSize(8192, 900, 0), 1024);
  assert.equal(nextReadSize(65_536, 40_000, 0), 65_536);
});

test("nextReadSize() fits what came in several reads, if that is not much", () => {
  assert.equal(nextReadSize(8192, 388, 512), 1024);
  assert.equal(nextReadSize(8192, 3583, 512), 4096);
  assert.equal(nextReadSize(8192, 3584, 512), 4096);
  assert.equal(nextReadSize(8192, 5000, 512), 8192);
  assert.equal(nextReadSize(65_536, 100, 10_000_000), SMALL_READ);
});

test("takeReadBuffer() gives the size asked for, and no two share a byte", () => {
  for (let size = SMALL_READ; size <= 65_536; size *= 2) {
    const buffers = Array.from({ length: 200 }, () => takeReadBuffer(size));
    buffers.forEach((buffer, index) => buffer.fill(index));
    buffers.forEach((buffer, index) => {
      assert.equal(buffer.length, size);
      assert.ok(buffer.every((byte) => byte === index));
    });
  }
});

test("takeReadBuffer() takes a released one again, and the stock is bounded", () => {
  const buffer = takeReadBuffer(65_536);
  releaseReadBuffer(buffer);
  assert.equal(takeReadBuffer(65_536), buffer);
  const burst = Array.from({ length: 100 }, () => takeReadBuffer(65_536));
  burst.forEach(releaseReadBuffer);
  const again = new Set(Array.from({ length: 100 }, () => takeReadBuffer(65_536)));
  assert.equal(burst.filter((each) => again.has(each)).length, 32);
});
