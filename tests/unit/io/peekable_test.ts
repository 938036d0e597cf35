import assert from "node:assert/strict";
import { test } from "node:test";
import { peekable } from "../../../src/io/peekable.ts";
import { WatchLog } from "../../support/watch_log.ts";

const rest = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A stream that a test feeds, and that counts its pulls. */
function source(): { stream: ReadableStream<string>; controller: ReadableStreamDefaultController<string>; pulls: () => number } {
  let pulls = 0;
  const found: { controller?: ReadableStreamDefaultController<string> } = {};
  const stream = new ReadableStream<string>({
    start: (controller) => void (found.controller = controller),
    pull: () => void pulls++,
  }, { highWaterMark: 0 });
  return { stream, controller: found.controller!, pulls: () => pulls };
}

test("peekable() asks for nothing before somebody waits, and holds one chunk at most", async () => {
  const { stream, controller, pulls } = source();
  const peeked = peekable(stream);
  await rest();
  assert.equal(pulls(), 0);
  const [log, other] = [new WatchLog(), new WatchLog()];
  peeked.watchRead(log);
  peeked.watchRead(other);
  await rest();
  assert.deepEqual([pulls(), log.told], [1, []]);
  controller.enqueue("a");
  await rest();
  assert.deepEqual([log.told, other.told], [["ready"], ["ready"]]);
  peeked.watchRead(log);
  await rest();
  assert.deepEqual([pulls(), log.told], [1, ["ready", "ready"]]);
  assert.equal(await peeked.read(), "a");
});

test("peekable() of a watch that is called off: the chunk that comes is the next read's", async () => {
  const { stream, controller } = source();
  const peeked = peekable(stream);
  const log = new WatchLog();
  peeked.watchRead(log);
  peeked.unwatch(log);
  controller.enqueue("a");
  controller.enqueue("b");
  controller.close();
  await rest();
  assert.deepEqual(log.told, []);
  assert.deepEqual([await peeked.read(), await peeked.read(), await peeked.read(), await peeked.read()], ["a", "b", null, null]);
});

test("peekable() whose chunk another took waits for the next", async () => {
  const { stream, controller } = source();
  const peeked = peekable(stream);
  const log = new WatchLog();
  peeked.watchRead(log);
  const read = peeked.read();
  controller.enqueue("a");
  assert.equal(await read, "a");
  await rest();
  assert.deepEqual(log.told, []);
  controller.enqueue("b");
  await rest();
  assert.deepEqual(log.told, ["ready"]);
  assert.equal(await peeked.read(), "b");
});

test("peekable() is ready at the end, and fails with the stream's error", async () => {
  const ending = source();
  const ended = peekable(ending.stream);
  const log = new WatchLog();
  ended.watchRead(log);
  ending.controller.close();
  await rest();
  assert.deepEqual(log.told, ["ready"]);
  assert.equal(await ended.read(), null);

  const failing = source();
  const failed = peekable(failing.stream);
  const error = new Error("as told");
  failed.watchRead(log);
  failing.controller.error(error);
  await rest();
  failed.watchRead(log);
  assert.deepEqual(log.told, ["ready", error, error]);
  await assert.rejects(failed.read(), error);
  await assert.rejects(failed.read(), error);
});

test("peekable() that is cancelled: who waits is told of the end", async () => {
  const { stream } = source();
  const peeked = peekable(stream);
  const log = new WatchLog();
  peeked.watchRead(log);
  await peeked.cancel("enough");
  await rest();
  assert.deepEqual(log.told, ["ready"]);
  assert.equal(await peeked.read(), null);
  assert.throws(() => peekable(stream), TypeError);
});
