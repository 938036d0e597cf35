/** A request's connections, on the memory engine and a fake clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Socket } from "../../../src/contract/socket.ts";
import { createMemoryEngine } from "../../../src/io/memory.ts";
import { JobSockets } from "../../../src/suspend/worker/job_sockets.ts";
import { packBytes } from "../../../src/suspend/worker/packed_bytes.ts";
import type { SocketAsk } from "../../../src/suspend/worker/protocol.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryPeer } from "../../support/memory_peer.ts";

const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 9 } as const;
const CONNECT: SocketAsk = { kind: "connect", address: ADDRESS, timeoutMs: 0 };

async function withPeers() {
  const io = createMemoryEngine();
  const clock = new FakeClock();
  const peers: MemoryPeer[] = [];
  await io.listen(ADDRESS, (socket: Socket) => void peers.push(new MemoryPeer(socket as ConstructorParameters<typeof MemoryPeer>[0])));
  const sockets = new JobSockets({ io, after: (ms, expired) => clock.setTimer(ms, expired, true) });
  const settle = async () => {
    do await clock.settle(); while (io.run() > 0);
  };
  const ask = async (socket: number, what: SocketAsk) => {
    const outcome = sockets.ask(socket, what);
    await settle();
    return await outcome;
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { sockets, clock, peers, ask, pass, settle };
}

const bytes = (length: number): SocketAsk => ({ kind: "write", bytes: packBytes(new Uint8Array(length)), timeoutMs: 0 });

test("what was written leaves behind a request's end for as long as its peer takes of it, and no longer", async () => {
  const { sockets, clock, peers, ask, pass, settle } = await withPeers();
  for (const socket of [0, 1, 2]) assert.equal((await ask(socket, CONNECT)).kind, "connected");
  const [takes, stalls, took] = peers as [MemoryPeer, MemoryPeer, MemoryPeer];
  takes.socket.pause();
  stalls.socket.pause();
  for (const socket of [0, 1]) assert.equal((await ask(socket, bytes(400_000))).kind, "written");
  assert.equal((await ask(2, bytes(400_000))).kind, "written");
  sockets.closeAll();
  await settle();
  assert.deepEqual([took.received, took.ended, clock.armed], [400_000, true, 2]);
  takes.socket.take(100_000);
  await settle();
  await pass(10_000);
  assert.deepEqual([takes.ended, clock.armed], [false, 1]);
  stalls.socket.resume();
  takes.socket.resume();
  await settle();
  assert.deepEqual([stalls.received < 400_000, stalls.closed], [true, true]);
  assert.deepEqual([takes.received, takes.ended, takes.errorCode, clock.armed], [400_000, true, null, 0]);
});

test("a connection that its peer has broken, and of which all is read, does not count", async () => {
  const { peers, ask, settle } = await withPeers();
  for (let socket = 0; socket < 200; socket++) {
    assert.equal((await ask(socket, CONNECT)).kind, "connected");
    peers[socket]!.socket.reset();
    await settle();
    assert.equal((await ask(socket, { kind: "read", timeoutMs: 0 })).kind, "failed");
  }
  for (let socket = 200; socket < 264; socket++) assert.equal((await ask(socket, CONNECT)).kind, "connected");
  const refused = await ask(264, CONNECT);
  assert.match(refused.kind === "failed" ? refused.error.message : refused.kind, /^connect: this request has 64 connections already/);
});
