import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { ReadableBody } from "../../../src/loop/node_http_body.ts";

/** Sixteen chunks of 16 KiB: more than a stream takes in by itself. */
function source(): Readable {
  let left = 16;
  return new Readable({
    read() {
      this.push(left-- > 0 ? Buffer.alloc(16_384) : null);
    },
  });
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

test("read() gives all, and null at the end", async () => {
  const body = new ReadableBody(source(), () => {});
  let bytes = 0;
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) bytes += chunk.length;
  assert.equal(bytes, 16 * 16_384);
});

test("cancel() has what is left come and go, whether or not some was read", async () => {
  for (const reads of [0, 1]) {
    const stream = source();
    const body = new ReadableBody(stream, () => {});
    if (reads > 0) assert.ok((await body.read())!.length > 0);
    body.cancel();
    await turns();
    assert.equal(stream.readableEnded, true, `after ${reads} reads`);
  }
});

test("cancel() rejects a read that waits", async () => {
  const body = new ReadableBody(new Readable({ read() {} }), () => {});
  const read = body.read();
  await turns();
  body.cancel();
  await assert.rejects(read, /cancelled/);
});

test("read() of a stream that has gone already rejects", async () => {
  const stream = new Readable({ read() {} });
  stream.destroy();
  await turns();
  await assert.rejects(new ReadableBody(stream, () => {}).read(), { name: "BrokenError" });
});
