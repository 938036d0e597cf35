import assert from "node:assert/strict";
import { test } from "node:test";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import { BrokenError } from "../../../src/errors.ts";
import { DenoSocket } from "../../../src/io/deno_socket.ts";
import { FakeConn, settle, systemError } from "../../support/fake_deno.ts";

function open(paused = false): { conn: FakeConn; socket: DenoSocket; events: string[]; errors: (Error | null)[] } {
  const conn = new FakeConn();
  const socket = new DenoSocket(conn, paused);
  const events: string[] = [];
  const errors: (Error | null)[] = [];
  socket.handler = {
    data: (chunk) => void events.push(new TextDecoder().decode(chunk)),
    drain: () => void events.push("drain"),
    end: () => void events.push("end"),
    close: (error) => {
      events.push("close");
      errors.push(error);
    },
  };
  socket.start();
  return { conn, socket, events, errors };
}

test("write() goes on where a short write stopped, and unsent is exact", async () => {
  const { conn, socket } = open();
  socket.write("answer");
  assert.equal(socket.unsent, 6);
  assert.equal(await conn.take(2), "an");
  assert.equal(socket.unsent, 4);
  assert.equal(await conn.take(3), "swe");
  assert.equal(await conn.take(1), "r");
  assert.equal(socket.unsent, 0);
  assert.deepEqual(conn.writes, []);
});

test("write() behind a write under way goes out in one piece with its neighbours", async () => {
  const { conn, socket } = open();
  socket.write("one,");
  socket.write("two,");
  socket.write(new TextEncoder().encode("three,"));
  socket.write("four");
  assert.equal(conn.writes.length, 1);
  assert.equal(await conn.take(4), "one,");
  assert.equal(await conn.take(14), "two,three,four");
});

// A write that the kernel did not take at once still reads from its buffer: that one must not be lent out again.
test("write() of a string keeps its bytes while it is blocked, whatever other sockets write", async () => {
  const blocked = open();
  blocked.socket.write("blocked");
  for (let count = 0; count < 100; count++) {
    const other = open();
    other.socket.write("another");
    await other.conn.take(7);
  }
  assert.equal(await blocked.conn.take(3), "blo");
  open().socket.write("and another");
  assert.equal(await blocked.conn.take(4), "cked");
});

test("drain() comes when a write past the high-water mark has left, and not before", async () => {
  const { conn, socket, events } = open();
  assert.equal(socket.write(new Uint8Array(HIGH_WATER_MARK + 1)), false);
  await conn.take(HIGH_WATER_MARK);
  assert.deepEqual(events, []);
  await conn.take(1);
  assert.deepEqual(events, ["drain"]);
});

test("pause() lets the read under way bring its chunk, and starts no other", async () => {
  const { conn, socket, events } = open();
  socket.pause();
  await conn.receive("one");
  assert.deepEqual(events, ["one"]);
  assert.equal(conn.reads.length, 0);
  socket.resume();
  socket.resume();
  assert.equal(conn.reads.length, 1);
});

test("a socket that starts paused reads nothing before resume()", () => {
  const { conn, socket } = open(true);
  assert.equal(conn.reads.length, 0);
  socket.resume();
  assert.equal(conn.reads.length, 1);
});

test("reads grow with what comes, and shrink again", async () => {
  const { conn } = open();
  await conn.receive("x".repeat(512));
  assert.equal(conn.reads[0]?.bytes.length, 8192);
  await conn.receive("x".repeat(900));
  assert.equal(conn.reads[0]?.bytes.length, 2048);
  await conn.receive("x");
  assert.equal(conn.reads[0]?.bytes.length, 512);
});

test("end() sends FIN once all is written, and closes at the peer's", async () => {
  const { conn, socket, events, errors } = open();
  socket.write("bye");
  socket.end();
  assert.deepEqual(conn.calls, []);
  await conn.take(3);
  assert.deepEqual(conn.calls, ["closeWrite"]);
  await conn.receive(null);
  assert.deepEqual(conn.calls, ["closeWrite", "close"]);
  assert.deepEqual([events, errors], [["end", "close"], [null]]);
});

test("end() after the peer's FIN closes", async () => {
  const { conn, socket, errors } = open();
  await conn.receive(null);
  socket.end();
  await settle();
  assert.deepEqual(conn.calls, ["close"]);
  assert.deepEqual(errors, [null]);
});

test("close() names the address and what stood in the way", async () => {
  for (const operation of ["reads", "writes"] as const) {
    const { conn, socket, errors } = open();
    socket.write("x");
    conn[operation][0]?.reject(systemError("ECONNRESET"));
    // Once `settle` was not enough, on a busy machine.
    for (let turn = 0; errors.length === 0 && turn < 100; turn++) await settle();
    const [error] = errors;
    assert.ok(error instanceof BrokenError);
    assert.equal(error.message, `${operation === "reads" ? "read from" : "write to"} 192.0.2.7:4711: reset by the peer`);
    assert.deepEqual(conn.calls, ["close"]);
  }
});

test("abort() closes once, and what was under way is not heard of", async () => {
  const { conn, socket, events, errors } = open();
  socket.write("x");
  socket.abort();
  conn.reads[0]?.reject(systemError("EINTR"));
  conn.writes[0]?.reject(systemError("EINTR"));
  await settle();
  assert.deepEqual([events, errors, conn.calls], [["close"], [null], ["close"]]);
});
