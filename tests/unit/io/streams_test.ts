import assert from "node:assert/strict";
import { test } from "node:test";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import type { Socket } from "../../../src/contract/socket.ts";
import { BrokenError, ClosedError } from "../../../src/errors.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import { openStream } from "../../../src/io/streams.ts";
import type { Stream } from "../../../src/io/streams.ts";
import { MemoryPeer } from "../../support/memory_peer.ts";

interface Setting extends Pick<Stream, "readable" | "writable"> {
  readonly socket: Socket;
  readonly peer: MemoryPeer;
  /** Lets network and streams come to rest. */
  settle(): Promise<void>;
}

async function open(): Promise<Setting> {
  const engine = createMemoryEngine();
  const found: { socket?: Socket; streams?: Stream } = {};
  const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
    found.socket = socket;
    found.streams = openStream(socket, () => assert.fail("nothing is timed"));
  });
  const peer = new MemoryPeer(await engine.connect(listener.address));
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve)); while (engine.run() > 0);
  };
  engine.run();
  const { readable, writable } = found.streams as Stream;
  return { socket: found.socket as Socket, readable, writable, peer, settle };
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("latin1");

test("openStream() reads what the peer sends, and ends at its FIN", async () => {
  const { readable, peer, settle } = await open();
  peer.send("one");
  const reader = readable.getReader();
  await settle();
  peer.send("two");
  peer.end();
  await settle();
  // All that has come, in one chunk.
  assert.equal(text((await reader.read()).value), "onetwo");
  assert.equal((await reader.read()).done, true);
});

test("openStream() writes in order, and closes with FIN", async () => {
  const { writable, peer, settle } = await open();
  const writer = writable.getWriter();
  const chunk = Buffer.from("first ");
  await writer.write(chunk);
  chunk.fill(0);
  await writer.write(Buffer.from("second"));
  await writer.close();
  await settle();
  assert.equal(peer.text, "first second");
  assert.equal(peer.ended, true);
});

test("openStream() holds the peer back while nobody reads", async () => {
  const { readable, peer, settle } = await open();
  const total = 4_000_000;
  peer.send(new Uint8Array(total));
  await settle();
  assert.ok(peer.accepted <= 4 * HIGH_WATER_MARK, `${peer.accepted} bytes were taken`);
  let received = 0;
  const reader = readable.getReader();
  while (received < total) {
    const read = reader.read();
    await settle();
    received += (await read).value?.length ?? 0;
  }
  assert.equal(received, total);
});

test("openStream() lets a write wait while the peer takes nothing", async () => {
  const { writable, peer, settle } = await open();
  peer.pause();
  const writer = writable.getWriter();
  let written = 0;
  const pump = (async () => {
    for (; written < 20; written++) await writer.write(new Uint8Array(HIGH_WATER_MARK));
  })();
  await settle();
  assert.ok(written < 4, `${written} writes went through`);
  peer.resume();
  await settle();
  await pump;
  assert.equal(peer.received, 20 * HIGH_WATER_MARK);
});

test("openStream() writes on after the peer's FIN", async () => {
  const { readable, writable, peer, settle } = await open();
  peer.end();
  await settle();
  assert.equal((await readable.getReader().read()).done, true);
  await writable.getWriter().write(Buffer.from("late"));
  await settle();
  assert.equal(peer.text, "late");
});

test("openStream() fails both streams with a BrokenError when the peer resets", async () => {
  const { readable, writable, peer, settle } = await open();
  peer.pause();
  const writer = writable.getWriter();
  const write = writer.write(new Uint8Array(HIGH_WATER_MARK * 3));
  await settle();
  peer.reset();
  const read = readable.getReader().read();
  await Promise.all([
    assert.rejects(read, BrokenError),
    assert.rejects(write, BrokenError),
    assert.rejects(writer.closed, BrokenError),
    settle(),
  ]);
});

test("openStream() fails both streams with a ClosedError when the socket is aborted", async () => {
  const { socket, readable, writable, settle } = await open();
  socket.abort();
  await settle();
  await assert.rejects(readable.getReader().read(), ClosedError);
  await assert.rejects(writable.getWriter().write(new Uint8Array(1)), ClosedError);
});

test("openStream() resets when the writable side is aborted, and fails the readable one with the reason", async () => {
  const { readable, writable, peer, settle } = await open();
  const reason = new Error("no longer wanted");
  await writable.abort(reason);
  await settle();
  assert.equal(peer.errorCode, "ECONNRESET");
  await assert.rejects(readable.getReader().read(), reason);
});

test("openStream() drops what comes once the readable side is cancelled, and writes on", async () => {
  const { readable, writable, peer, settle } = await open();
  peer.send(new Uint8Array(1_000_000));
  await settle();
  await readable.cancel();
  await settle();
  assert.equal(peer.accepted, 1_000_000);
  await writable.getWriter().write(Buffer.from("answer"));
  await settle();
  assert.equal(peer.text, "answer");
});

test("openStream() refuses a chunk that is not bytes", async () => {
  const { writable, peer, settle } = await open();
  const writer = writable.getWriter() as WritableStreamDefaultWriter<unknown>;
  writer.closed.catch(() => {});
  await assert.rejects(writer.write("text"), TypeError);
  await settle();
  assert.equal(peer.received, 0);
});
