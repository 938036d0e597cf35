/** A stream as what is pulled and waited for; `streams_test.ts` has its Web Streams. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import { BrokenError, ClosedError } from "../../../src/errors.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import { openStream } from "../../../src/io/streams.ts";
import type { Stream } from "../../../src/io/streams.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryPeer } from "../../support/memory_peer.ts";
import { WatchLog } from "../../support/watch_log.ts";

interface Setting {
  readonly stream: Stream;
  readonly peer: MemoryPeer;
  readonly clock: FakeClock;
  /** How often the stream said that it is over. */
  readonly closed: { count: number };
  settle(): Promise<void>;
  /** Lets the network come to rest. */
  deliver(): void;
}

async function open(): Promise<Setting> {
  const engine = createMemoryEngine();
  const clock = new FakeClock();
  const closed = { count: 0 };
  const found: { stream?: Stream } = {};
  const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
    found.stream = openStream(socket, (ms, expired) => clock.setTimer(ms, expired, true), () => closed.count++);
  });
  const peer = new MemoryPeer(await engine.connect(listener.address));
  const settle = async () => {
    do await new Promise((resolve) => setTimeout(resolve, 0)); while (engine.run() > 0);
  };
  engine.run();
  return { stream: found.stream as Stream, peer, clock, closed, settle, deliver: () => void engine.run() };
}

const text = (bytes: Uint8Array | null) => bytes === null ? null : Buffer.from(bytes).toString("latin1");

test("Stream.read() gives all that has come, waits for what comes next, and null at the end", async () => {
  const { stream, peer, settle } = await open();
  peer.send("one");
  await settle();
  peer.send("two");
  await settle();
  assert.equal(stream.buffered, 6);
  assert.equal(text(await stream.read()), "onetwo");
  const reads = [stream.read(), stream.read()];
  peer.send("a");
  await settle();
  peer.send("b");
  await settle();
  assert.deepEqual((await Promise.all(reads)).map(text), ["a", "b"]);
  peer.end();
  await settle();
  assert.deepEqual([await stream.read(), await stream.read()], [null, null]);
});

test("Stream.read() past its time: a BrokenError, and what comes later is not lost", async () => {
  const { stream, peer, clock, settle } = await open();
  const late = stream.read({ timeoutMs: 100 });
  clock.advance(99);
  await settle();
  peer.send("in time");
  await settle();
  assert.equal(text(await late), "in time");
  assert.equal(clock.armed, 0);
  const read = stream.read({ timeoutMs: 100 });
  clock.advance(100);
  await assert.rejects(
    read,
    (error) =>
      error instanceof BrokenError && /^read from the connection with 127\.0\.0\.1:\d+: no progress within 100 ms$/.test(error.message),
  );
  peer.send("late");
  await settle();
  assert.equal(text(await stream.read()), "late");
});

test("Stream.write() waits while the peer takes nothing; past its time it is a BrokenError, of which nothing goes out", async () => {
  const { stream, peer, clock, settle } = await open();
  peer.pause();
  const chunk = new Uint8Array(3 * HIGH_WATER_MARK);
  await stream.write(chunk);
  const write = stream.write("too late", { timeoutMs: 100 });
  const second = stream.write("end");
  await settle();
  clock.advance(100);
  await assert.rejects(write, BrokenError);
  const log = new WatchLog();
  stream.watchWrite(log);
  await settle();
  assert.deepEqual(log.told, []);
  peer.resume();
  await settle();
  await second;
  assert.deepEqual(log.told, ["ready"]);
  assert.equal(peer.received, chunk.length + 3);
  assert.equal(peer.text.endsWith("end"), true);
});

test("Stream.watchRead() tells of bytes and of the end, once, and takes nothing", async () => {
  const { stream, peer, settle } = await open();
  const [first, second, forgotten] = [new WatchLog(), new WatchLog(), new WatchLog()];
  stream.watchRead(first);
  stream.watchRead(second);
  stream.watchRead(forgotten);
  stream.unwatch(forgotten);
  await settle();
  assert.deepEqual([first.told, second.told], [[], []]);
  peer.send("x");
  await settle();
  peer.send("y");
  await settle();
  assert.deepEqual([first.told, second.told, forgotten.told], [["ready"], ["ready"], []]);
  assert.equal(text(await stream.read()), "xy");
  stream.watchRead(first);
  peer.end();
  await settle();
  stream.watchRead(second);
  assert.deepEqual([first.told, second.told], [["ready", "ready"], ["ready", "ready"]]);
});

test("Stream.watchRead() behind a read that takes all is not told", async () => {
  const { stream, peer, settle } = await open();
  const read = stream.read();
  const log = new WatchLog();
  stream.watchRead(log);
  peer.send("x");
  await settle();
  assert.equal(text(await read), "x");
  assert.deepEqual(log.told, []);
  peer.send("y");
  await settle();
  assert.deepEqual(log.told, ["ready"]);
});

test("Stream: a reset wakes who waits with its BrokenError; what had come is read first", async () => {
  const { stream, peer, closed, settle } = await open();
  const log = new WatchLog();
  stream.watchRead(log);
  const read = stream.read();
  peer.send("last");
  await settle();
  assert.equal(text(await read), "last");
  peer.reset();
  await settle();
  assert.ok(log.told[0] instanceof BrokenError, String(log.told[0]));
  stream.watchRead(log);
  stream.watchWrite(log);
  assert.deepEqual([log.told.length, log.told[1] === log.told[0], log.told[2] === log.told[0]], [3, true, true]);
  await assert.rejects(stream.read(), BrokenError);
  await assert.rejects(stream.write("x"), BrokenError);
  assert.equal(closed.count, 1);
});

test("Stream.abort() resets, and fails reads, writes and waiters with its reason", async () => {
  const { stream, peer, settle } = await open();
  peer.pause();
  const log = new WatchLog();
  stream.watchRead(log);
  const reason = new Error("no longer wanted");
  await stream.write(new Uint8Array(4 * HIGH_WATER_MARK));
  const calls = [stream.read(), stream.write("x")].map((call) => assert.rejects(call, reason));
  stream.abort(reason);
  await Promise.all(calls);
  assert.deepEqual(log.told, [reason]);
  peer.resume();
  await settle();
  assert.equal(peer.errorCode, "ECONNRESET");
});

test("Stream.close() flushes, sends FIN, and fails what is still asked with a ClosedError", async () => {
  const { stream, peer, settle } = await open();
  const log = new WatchLog();
  stream.watchRead(log);
  const read = assert.rejects(stream.read(), ClosedError);
  peer.pause();
  await stream.write(new Uint8Array(3 * HIGH_WATER_MARK));
  const waiting = stream.write("bye");
  stream.close();
  await waiting;
  peer.resume();
  await read;
  assert.ok(log.told[0] instanceof ClosedError);
  await assert.rejects(stream.write("late"), ClosedError);
  await settle();
  assert.deepEqual([peer.received, peer.text.slice(-3), peer.ended], [3 * HIGH_WATER_MARK + 3, "bye", true]);
});

test("Stream.end() is a half-close: writing is over, reading goes on", async () => {
  const { stream, peer, settle } = await open();
  await stream.write("question");
  stream.end();
  await assert.rejects(stream.write("late"), (error) => error instanceof ClosedError && /: it was ended$/.test(error.message));
  const log = new WatchLog();
  stream.watchWrite(log);
  assert.ok(log.told[0] instanceof ClosedError);
  await settle();
  assert.deepEqual([peer.text, peer.ended], ["question", true]);
  peer.send("answer");
  peer.end();
  await settle();
  assert.deepEqual([text(await stream.read()), await stream.read()], ["answer", null]);
});

test("Stream holds back a peer that nobody reads, the sooner the smaller its chunks are", async () => {
  const { stream, peer, settle, deliver } = await open();
  for (let count = 0; count < 2000; count++) {
    peer.send("x");
    deliver();
  }
  // 508 chunks of a byte and what the object costs are 64 KiB.
  assert.ok(stream.buffered < 600, `${stream.buffered} chunks of one byte`);
  let received = 0;
  while (received < 2000) {
    const read = stream.read();
    await settle();
    received += (await read)!.length;
  }
});

test("Stream.watchWrite() that was told: the next write does not wait, whatever its length", async () => {
  const { stream, peer, settle } = await open();
  peer.pause();
  let writes = 0;
  for (; writes < 20; writes++) {
    const log = new WatchLog();
    stream.watchWrite(log);
    if (log.told.length === 0) break;
    await stream.write(new Uint8Array(HIGH_WATER_MARK - 1));
  }
  assert.ok(writes < 6, `${writes} writes`);
  peer.resume();
  await settle();
  assert.equal(peer.received, writes * (HIGH_WATER_MARK - 1));
});

test("end() tells who waits to write, whether the peer reads or not", async () => {
  const { stream, peer } = await open();
  peer.pause();
  await stream.write(new Uint8Array(3 * HIGH_WATER_MARK));
  const log = new WatchLog();
  stream.watchWrite(log);
  assert.equal(log.told.length, 0);
  stream.end();
  assert.deepEqual(log.told.map((told) => told instanceof ClosedError), [true]);
});
