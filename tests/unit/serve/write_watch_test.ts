import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerContext } from "../../../src/serve/server_context.ts";
import { DEFAULT_TIMEOUTS } from "../../../src/serve/timeouts.ts";
import { WriteWatch } from "../../../src/serve/write_watch.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const STALL_MS = DEFAULT_TIMEOUTS.writeStallMs;
const LATE_MS = 1;

function watched(unsent: number) {
  const clock = new FakeClock();
  const socket = { unsent };
  const exchange = { sentBytes: unsent };
  // It asks for no more of it.
  const server = { clock, timeouts: DEFAULT_TIMEOUTS } as Partial<ServerContext> as ServerContext;
  return { clock, socket, exchange, watch: new WriteWatch({ socket, exchange }, server) };
}

test("begin() gives the client 30 s", () => {
  const { watch } = watched(100);
  assert.equal(watch.running, false);
  assert.equal(watch.begin(), 30_000);
  assert.equal(watch.running, true);
});

test("check() before the time is over gives the rest of it, whatever the client took", () => {
  const { watch, clock, socket } = watched(100);
  watch.begin();
  clock.spend(STALL_MS - 1);
  assert.equal(watch.check(), 1);
  socket.unsent = 50;
  assert.equal(watch.check(), 1);
  assert.equal(watch.running, true);
});

test("check() of a client that took nothing gives 0", () => {
  const { watch, clock } = watched(100);
  watch.begin();
  clock.spend(STALL_MS);
  assert.equal(watch.check(), 0);
  assert.equal(watch.running, false);
});

test("check() of a client that took a byte gives it 30 s more, from now and from what is left", () => {
  const { watch, clock, socket } = watched(100);
  watch.begin();
  clock.spend(STALL_MS + 5);
  socket.unsent = 99;
  assert.equal(watch.check(), STALL_MS);
  clock.spend(STALL_MS);
  assert.equal(watch.check(), 0);
});

test("check() of a client that took something while more was written gives it 30 s more", () => {
  const { watch, clock, socket, exchange } = watched(100);
  watch.begin();
  clock.spend(STALL_MS);
  socket.unsent = 150;
  exchange.sentBytes = 151;
  assert.equal(watch.check(), STALL_MS);
  clock.spend(STALL_MS);
  socket.unsent = 250;
  exchange.sentBytes = 251;
  assert.equal(watch.check(), 0);
});

test("end() lets the next begin() start anew", () => {
  const { watch, clock, socket } = watched(100);
  watch.begin();
  clock.spend(STALL_MS - 1);
  watch.end();
  assert.equal(watch.running, false);
  socket.unsent = 200;
  watch.begin();
  clock.spend(STALL_MS - 1);
  assert.equal(watch.check(), 1);
});

/** Whole answers of 300,000 bytes, or, at `/stream`, as many in chunks of 10,000. */
const large = {
  fetch: (request: Request) => {
    if (new URL(request.url).pathname !== "/stream") return new Response("x".repeat(300_000));
    let left = 30;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (left-- > 0) controller.enqueue(new Uint8Array(10_000));
          else controller.close();
        },
      }),
    );
  },
};

test("Connection resets a client that takes nothing of a stream for 30 s", async () => {
  await withMemoryServer(large, async ({ connect, settle, pass, server, heard }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /stream"));
    await settle();
    assert.equal(server.stats().busy, 1);
    await pass(STALL_MS - 1);
    assert.equal(server.stats().connections, 1);
    await pass(1 + LATE_MS);
    assert.deepEqual([server.stats().connections, server.stats().busy], [0, 0]);
    peer.resume();
    await settle();
    assert.equal(peer.errorCode, "ECONNRESET");
    assert.deepEqual(heard.requests.map(({ aborted }) => aborted), [true]);
  });
});

for (const [kind, target] of [["a whole answer", "/"], ["a stream", "/stream"]] as const) {
  test(`Connection lets a client take ${kind} as slowly as it likes, if it takes something each 30 s`, async () => {
    await withMemoryServer(large, async ({ connect, settle, pass }) => {
      const peer = await connect();
      peer.pause();
      peer.send(requestOf(`GET ${target}`));
      await settle();
      for (let taken = 0; taken < 300_000; taken += 5000) {
        peer.socket.take(5000);
        await pass(STALL_MS - 1000);
      }
      peer.resume();
      await settle();
      assert.deepEqual([answersOf(peer)[0]!.body.length, peer.errorCode], [300_000, null]);
    });
  });
}

test("Connection runs no further request for a client that does not take its answers, and goes on once it does", async () => {
  await withMemoryServer(large, async ({ connect, settle, pass, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /") + requestOf("GET /"));
    await settle();
    await pass(STALL_MS - 1000);
    assert.equal(server.stats().requests, 1);
    peer.resume();
    await settle();
    assert.deepEqual([server.stats().requests, answersOf(peer).length], [2, 2]);
    await pass(STALL_MS + LATE_MS);
    assert.equal(server.stats().connections, 1);
  });
});
