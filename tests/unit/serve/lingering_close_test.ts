import assert from "node:assert/strict";
import { test } from "node:test";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const IDLE_MS = 2000;
const ALL_MS = 10_000;
const WRITE_STALL_MS = 30_000;
const LATE_MS = 1;
/** What the memory engine's client takes in without reading. */
const RECEIVED = 65_536;

const hello = { fetch: () => new Response("hello") };
const lastly = (body: string) => ({ fetch: () => new Response(body, { headers: { connection: "close" } }) });

test("LingeringClose: a refused client gets the answer and FIN at once, and 2 s to say no more", async () => {
  await withMemoryServer(hello, async ({ sent, pass, server }) => {
    const peer = await sent("nonsense\r\n\r\n");
    assert.deepEqual([answersOf(peer)[0]!.status, peer.ended, server.stats().connections], [400, true, 1]);
    await pass(IDLE_MS - 1);
    assert.equal(server.stats().connections, 1);
    await pass(1 + LATE_MS);
    assert.equal(server.stats().connections, 0);
  });
});

test("LingeringClose ends with the client's FIN, in order", async () => {
  await withMemoryServer(lastly("hello"), async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /"));
    assert.deepEqual([peer.ended, server.stats().connections], [true, 1]);
    peer.end();
    await settle();
    assert.deepEqual([peer.closed, peer.errorCode, server.stats().connections], [true, null, 0]);
  });
});

for (
  const [who, bytes] of [["said so", requestOf("GET /", null, "Connection: close")], ["speaks HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"]] as const
) {
  test(`Connection: a client that sends no other request, as it ${who}, is not waited for`, async () => {
    await withMemoryServer(hello, async ({ sent, server }) => {
      const peer = await sent(bytes);
      assert.deepEqual([answersOf(peer).length, peer.ended, peer.errorCode, server.stats().connections], [1, true, null, 0]);
    });
  });
}

test("Connection: a client that says so within a body that is not read gets its answer before it is reset", async () => {
  await withMemoryServer(hello, async ({ sent, settle, server }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 400000\r\n\r\n");
    assert.deepEqual([answersOf(peer).length, peer.ended, server.stats().connections], [1, true, 1]);
    peer.send("x".repeat(100_000));
    await settle();
    assert.deepEqual([peer.errorCode, server.stats().connections], [null, 1]);
  });
});

test("Connection: a client whose last request had a body may send a CRLF behind it, and has its answer all the same", async () => {
  await withMemoryServer({ fetch: () => new Response("x".repeat(60_000)) }, async ({ connect, settle }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("POST /", "abc", "Connection: close"));
    await settle();
    peer.send("\r\n");
    await settle();
    peer.resume();
    await settle();
    assert.deepEqual([answersOf(peer)[0]!.body.length, peer.ended, peer.errorCode], [60_000, true, null]);
  });
});

test("LingeringClose: a last answer that is taken late is all there is to wait for, where the client is done", async () => {
  await withMemoryServer({ fetch: () => new Response("x".repeat(300_000)) }, async ({ connect, pass, settle, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /", null, "Connection: close"));
    await pass(1000);
    assert.equal(server.stats().connections, 1);
    peer.resume();
    await settle();
    assert.deepEqual([answersOf(peer)[0]!.body.length, peer.ended, peer.errorCode, server.stats().connections], [300_000, true, null, 0]);
  });
});

test("LingeringClose reads and throws away: each byte gives 2 s more, but 10 s are all", async () => {
  await withMemoryServer(hello, async ({ sent, pass, settle, server }) => {
    const peer = await sent("nonsense\r\n\r\n");
    for (let passed = 0; passed < ALL_MS - 1000; passed += 1000) {
      await pass(1000);
      peer.send("x".repeat(100_000));
      await settle();
      assert.deepEqual([server.stats().connections, peer.socket.unsent], [1, 0]);
    }
    await pass(999);
    peer.send("x");
    await settle();
    assert.equal(server.stats().connections, 1);
    await pass(1 + LATE_MS);
    assert.equal(server.stats().connections, 0);
    assert.equal(answersOf(peer).length, 1);
  });
});

test("LingeringClose: what comes after the last request is not served", async () => {
  await withMemoryServer(hello, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /", null, "Connection: close") + requestOf("GET /"));
    peer.send(requestOf("GET /"));
    await settle();
    assert.deepEqual([answersOf(peer).length, server.stats().requests], [1, 1]);
  });
});

test("LingeringClose: a refused upload that goes on is not reset before its answer was read", async () => {
  await withMemoryServer({ ...hello, limitPostBytes: 1000 }, async ({ connect, settle }) => {
    const peer = await connect();
    peer.pause();
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n");
    for (let sent = 0; sent < 400_000; sent += 50_000) {
      peer.send("x".repeat(50_000));
      await settle();
    }
    peer.resume();
    await settle();
    assert.deepEqual([answersOf(peer)[0]!.status, peer.ended, peer.errorCode], [413, true, null]);
  });
});

test("LingeringClose: a client that takes nothing of the last answer for 30 s is reset", async () => {
  await withMemoryServer(lastly("x".repeat(300_000)), async ({ connect, pass, settle, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /"));
    await settle();
    await pass(WRITE_STALL_MS - 1);
    assert.equal(server.stats().connections, 1);
    await pass(1 + LATE_MS);
    assert.equal(server.stats().connections, 0);
    peer.resume();
    await settle();
    assert.equal(peer.errorCode, "ECONNRESET");
  });
});

// Deno's socket has its bytes unsent for a moment each time, and tells nothing when they are out: such a close took 30 s and more.
test("LingeringClose: a short answer that is taken late ends it 2 s after that is seen, at most 4 s in all", async () => {
  await withMemoryServer(lastly("x".repeat(RECEIVED + 30_000)), async ({ connect, pass, settle, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /"));
    await settle();
    await pass(WRITE_STALL_MS - 5000);
    assert.equal(server.stats().connections, 1);
    peer.resume();
    await settle();
    await pass(2 * IDLE_MS + LATE_MS);
    assert.deepEqual([answersOf(peer)[0]!.body.length, server.stats().connections], [RECEIVED + 30_000, 0]);
  });
});

test("LingeringClose: a client that takes the last answer slowly gets all of it", async () => {
  await withMemoryServer(lastly("x".repeat(300_000)), async ({ connect, pass, settle, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /"));
    await settle();
    while (!peer.ended && peer.errorCode === null) {
      peer.socket.take(20_000);
      await pass(WRITE_STALL_MS - 1000);
    }
    assert.equal(answersOf(peer)[0]!.body.length, 300_000);
    peer.end();
    await settle();
    assert.equal(server.stats().connections, 0);
  });
});

test("LingeringClose: a reset meanwhile is its end", async () => {
  await withMemoryServer(hello, async ({ sent, settle, server }) => {
    const peer = await sent("nonsense\r\n\r\n");
    peer.reset();
    await settle();
    assert.equal(server.stats().connections, 0);
  });
});
