import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceiveBuffer } from "../../../src/http/receive_buffer.ts";

function left(buffer: ReceiveBuffer): number[] {
  return [...buffer.bytes.subarray(buffer.start, buffer.end)];
}

test("ReceiveBuffer.append() borrows a chunk while nothing is held, and hold() copies what is left", () => {
  const buffer = new ReceiveBuffer();
  const chunk = Uint8Array.of(1, 2, 3);
  buffer.append(chunk);
  assert.equal(buffer.bytes, chunk);
  assert.deepEqual(buffer.take(1), Uint8Array.of(1));
  buffer.hold();
  chunk.fill(9);
  assert.deepEqual(left(buffer), [2, 3]);
  assert.equal(buffer.bytes.length, 2);
});

test("ReceiveBuffer.append() adds to what is held", () => {
  const buffer = new ReceiveBuffer();
  const all: number[] = [];
  for (let n = 0; n < 3000; n++) {
    const chunk = Uint8Array.of(n & 0xff, n >> 8);
    all.push(...chunk);
    buffer.append(chunk);
    buffer.hold();
    chunk.fill(0xee);
    if (n % 3 === 0) {
      assert.deepEqual(buffer.take(1), Uint8Array.of(all.shift() ?? -1));
      buffer.hold();
    }
  }
  assert.deepEqual(left(buffer), all);
});

test("ReceiveBuffer keeps its memory while small chunks come and go, and none while nothing is held", () => {
  const buffer = new ReceiveBuffer();
  buffer.append(new Uint8Array(10));
  buffer.append(new Uint8Array(10));
  const { bytes } = buffer;
  for (let n = 0; n < 1000; n++) {
    buffer.take(10);
    buffer.append(Uint8Array.from({ length: 10 }, () => n & 0xff));
    assert.equal(buffer.bytes, bytes);
    assert.equal(left(buffer)[19], n & 0xff);
  }
  buffer.take(20);
  buffer.hold();
  assert.equal(buffer.bytes.length, 0);
});

test("ReceiveBuffer.take() gives the chunk itself if it takes all of it, and null if there is nothing", () => {
  const buffer = new ReceiveBuffer();
  assert.equal(buffer.take(5), null);
  const chunk = Uint8Array.of(1, 2);
  buffer.append(chunk);
  assert.equal(buffer.take(5), chunk);
  assert.equal(buffer.take(5), null);
});

test("ReceiveBuffer.clear() forgets what is left", () => {
  const buffer = new ReceiveBuffer();
  buffer.append(Uint8Array.of(1));
  buffer.clear();
  assert.deepEqual(left(buffer), []);
});
