import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokenError } from "../../../src/errors.ts";
import { createAsyncEngine } from "../../../src/suspend/async.ts";
import { connectSync, readSync, sleepSync, suspendSync, waitReadSync } from "../../../src/suspend/sync_calls.ts";
import { RemoteBody } from "../../../src/suspend/thread/remote_body.ts";
import { packBytes } from "../../../src/suspend/worker/packed_bytes.ts";
import { createScene } from "../../support/scene.ts";

const CALLS = [suspendSync, () => sleepSync(1), waitReadSync, readSync, () => connectSync("127.0.0.1:1")];

test("calls that block say so outside of a request, and where other requests share the thread", async () => {
  for (const call of CALLS) assert.throws(call, { name: "TypeError", message: /no request is being served here/ });
  const messages: string[] = [];
  const { run, settle } = createScene(createAsyncEngine);
  run("a", {
    kind: "fetch",
    fetch() {
      for (const call of CALLS) {
        try {
          call();
        } catch (error) {
          messages.push(String(error));
        }
      }
      return new Response();
    },
  });
  await settle();
  assert.equal(messages.length, CALLS.length);
  for (const message of messages) {
    assert.match(message, /TypeError: .*would hold up all other requests; run the app in threads \(--suspend worker\)/);
  }
  for (const ms of [-1, NaN, 2 ** 31]) {
    assert.throws(() => sleepSync(ms), RangeError);
    assert.throws(() => waitReadSync(ms), RangeError);
  }
});

test("a body in its thread is fetched chunk by chunk, once each, by whoever reads", async () => {
  let reads = 0;
  let unread = 0;
  const body = new RemoteBody({ length: null, whole: null }, { read: () => reads++, unread: () => unread++ });
  assert.deepEqual([body.ready, body.ready, reads], [false, false, 1]);
  body.came(new Uint8Array([1]));
  assert.deepEqual([body.ready, body.readNow(), body.ready, reads], [true, new Uint8Array([1]), false, 2]);
  const read = body.read();
  assert.equal(reads, 2);
  await assert.rejects(async () => await body.read(), TypeError);
  body.came(new Uint8Array([2]));
  assert.deepEqual(await read, new Uint8Array([2]));
  body.cancel();
  assert.equal(unread, 1);
  assert.throws(() => body.readNow(), BrokenError);
  await assert.rejects(async () => await body.read(), BrokenError);
});

test("a body that came with its request is there whole, and then ended", async () => {
  const fetcher = { read: assert.fail, unread: assert.fail };
  const whole = packBytes(new Uint8Array([1, 2]));
  const taken = new RemoteBody({ length: 2, whole }, fetcher);
  assert.deepEqual([taken.takeWhole(), taken.takeWhole(), await taken.read()], [new Uint8Array([1, 2]), null, null]);
  const read = new RemoteBody({ length: 2, whole }, fetcher);
  assert.deepEqual([read.ready, await read.read(), read.ready, read.readNow()], [true, new Uint8Array([1, 2]), true, null]);
  read.cancel();
});
