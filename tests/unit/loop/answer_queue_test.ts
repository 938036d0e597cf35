import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerQueue } from "../../../src/loop/answer_queue.ts";

function queued(mark: number) {
  const heard: string[] = [];
  const queue = new AnswerQueue(mark, {
    emptied: (isEnd) => heard.push(isEnd ? "end" : "emptied"),
    cancelled: () => heard.push("cancelled"),
  });
  return { heard, queue, reader: queue.stream.getReader() };
}

const bytes = (length: number) => new Uint8Array(length);

test("push() keeps what is not read, and tells once when all of it was taken after it was full", async () => {
  const { heard, queue, reader } = queued(10);
  queue.push(bytes(6));
  queue.push(bytes(6));
  assert.equal(queue.bytes, 12);
  assert.equal((await reader.read()).value?.length, 12);
  assert.equal(queue.bytes, 0);
  assert.deepEqual(heard, ["emptied"]);
  queue.push(bytes(3));
  assert.equal((await reader.read()).value?.length, 3);
  assert.deepEqual(heard, ["emptied"]);
});

test("push() goes at once to a reader that waits, unless it is corked", async () => {
  const { queue, reader } = queued(10);
  const first = reader.read();
  await Promise.resolve();
  queue.push(bytes(1));
  assert.equal((await first).value?.length, 1);
  const second = reader.read();
  await Promise.resolve();
  queue.cork();
  queue.push(bytes(1));
  queue.push(bytes(2));
  queue.uncork();
  assert.equal((await second).value?.length, 3);
});

test("end() ends the stream behind what is kept", async () => {
  const { heard, queue, reader } = queued(10);
  queue.push(bytes(4));
  queue.end();
  assert.deepEqual(heard, []);
  assert.equal((await reader.read()).value?.length, 4);
  assert.deepEqual(heard, ["end"]);
  assert.equal((await reader.read()).done, true);
});

test("fail() drops what is kept, and is the stream's failure", async () => {
  const { heard, queue, reader } = queued(10);
  queue.push(bytes(4));
  queue.fail(new Error("given up"));
  assert.equal(queue.bytes, 0);
  await assert.rejects(reader.read(), /given up/);
  queue.push(bytes(4));
  queue.end();
  assert.deepEqual(heard, []);
});

test("a reader that cancels is told of once", async () => {
  const { heard, queue, reader } = queued(10);
  queue.push(bytes(4));
  await reader.cancel();
  queue.fail(new Error("late"));
  assert.equal(queue.bytes, 0);
  assert.deepEqual(heard, ["cancelled"]);
});
