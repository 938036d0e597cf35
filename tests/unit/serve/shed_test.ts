import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../../support/gate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

/** The wheel's slot of 100 ms and more. */
const LATE_MS = 64;

/** One core, whose handler waits for the gate; the tests fill what is behind it. */
async function withBusyCore(
  options: { readonly queue: number; readonly queueTimeoutMs?: number; readonly shed?: boolean },
  run: (served: ServedMemory, gate: Gate, calls: string[]) => Promise<void>,
): Promise<void> {
  const gate = new Gate();
  const calls: string[] = [];
  const fetch = async (request: Request) => {
    calls.push(new URL(request.url).pathname);
    await gate.opened;
    return new Response(await request.text());
  };
  await withMemoryServer({ fetch, async: 1, ...options }, async (served) => {
    await served.sent(requestOf("GET /first"));
    await run(served, gate, calls);
  });
}

test("--shed: what finds the queue full gets a 503 with Retry-After at once, and its connection goes on", async () => {
  await withBusyCore({ queue: 1, shed: true }, async ({ sent, settle, heard, server }, gate, calls) => {
    const queued = await sent(requestOf("GET /queued"));
    const shed = await sent(requestOf("POST /shed", "hello") + requestOf("GET /shed"));
    const answers = answersOf(shed);
    assert.deepEqual(answers.map((answer) => [answer.status, fieldOf(answer, "retry-after"), fieldOf(answer, "connection")]), [
      [503, "1", null],
      [503, "1", null],
    ]);
    assert.deepEqual(heard.requests.map(({ status, core }) => [status, core]), [[503, -1], [503, -1]]);
    assert.equal(server.stats().shedRequests, 2);
    gate.open();
    await settle();
    shed.send(requestOf("GET /again"));
    await settle();
    assert.deepEqual([answersOf(queued)[0]!.status, answersOf(shed)[2]!.status, shed.ended], [200, 200, false]);
    assert.deepEqual(calls, ["/first", "/queued", "/again"]);
    assert.equal(server.stats().busy, 0);
  });
});

test("--shed with a large body that is coming: a 503, and the connection ends", async () => {
  await withBusyCore({ queue: 0, shed: true }, async ({ sent }) => {
    const peer = await sent(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n${"x".repeat(1000)}`);
    assert.deepEqual([answersOf(peer)[0]!.status, fieldOf(answersOf(peer)[0]!, "connection"), peer.ended], [503, "close", true]);
  });
});

test("--queue-timeout: who waits for longer gets a 503, who had a core before is served however long it takes", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 2000 }, async ({ sent, pass, settle, server }, gate, calls) => {
    const early = await sent(requestOf("GET /early"));
    await pass(1000);
    const late = await sent(requestOf("GET /late"));
    await pass(999);
    assert.deepEqual([early.text, late.text], ["", ""]);
    await pass(1 + LATE_MS);
    assert.deepEqual([answersOf(early).map(({ status }) => status), late.text], [[503], ""]);
    gate.open();
    await settle();
    assert.equal(answersOf(late)[0]!.status, 200);
    early.send(requestOf("GET /again"));
    await settle();
    assert.deepEqual([answersOf(early)[1]!.status, calls], [200, ["/first", "/late", "/again"]]);
    await pass(100_000);
    assert.equal(server.stats().busy, 0);
  });
});

const HEAD_OF_LARGE = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

test("--queue-timeout: a body that is still coming does not put it off, and the connection goes on behind it", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 2000 }, async ({ sent, pass, settle, heard }, gate) => {
    const peer = await sent(HEAD_OF_LARGE);
    for (let count = 0; count < 4; count++) {
      peer.send("x".repeat(10_000));
      await pass(500);
    }
    await pass(LATE_MS);
    assert.equal(answersOf(peer)[0]!.status, 503);
    gate.open();
    peer.send("x".repeat(30_000) + requestOf("GET /again"));
    await settle();
    assert.deepEqual([answersOf(peer).map(({ status }) => status), heard.refused], [[503, 200], []]);
  });
});

test("--queue-timeout: a body that is in, or held back, does not make it forgotten", async () => {
  const bodies = [CHUNKED + "5\r\nhello\r\n0\r\n\r\n", HEAD_OF_LARGE.replace("70000", "500000") + "x".repeat(200_000)];
  for (const bytes of bodies) {
    await withBusyCore({ queue: 10, queueTimeoutMs: 60_000 }, async ({ sent, pass }) => {
      const peer = await sent(bytes);
      for (let count = 0; count < 59; count++) await pass(1000);
      assert.equal(peer.text, "");
      await pass(1000 + LATE_MS);
      assert.equal(answersOf(peer)[0]?.status, 503);
    });
  }
});

test("--queue-timeout: who had a core in time may take as long as anybody for the rest of the body", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 2000 }, async ({ sent, pass, settle }, gate) => {
    const peer = await sent(HEAD_OF_LARGE);
    await pass(500);
    gate.open();
    await settle();
    for (let count = 0; count < 7; count++) {
      peer.send("x".repeat(10_000));
      await pass(1000);
    }
    assert.equal(answersOf(peer)[0]!.status, 200);
  });
});

test("--queue-timeout: a longer one gives nobody longer for a body", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 3_600_000 }, async ({ sent, pass, settle }, gate) => {
    const peer = await sent(HEAD_OF_LARGE);
    await pass(500);
    gate.open();
    await settle();
    await pass(4500 + LATE_MS);
    assert.equal(answersOf(peer)[0]!.status, 408);
  });
});

test("--queue-timeout with --shed=no: a request that waits unread has its time too", async () => {
  await withBusyCore({ queue: 0, queueTimeoutMs: 2000, shed: false }, async ({ sent, pass }) => {
    const peer = await sent(requestOf("POST /", "hello"));
    await pass(2000 + LATE_MS);
    assert.deepEqual([peer.text, peer.ended], ["", false]);
    const large = await sent(HEAD_OF_LARGE);
    await pass(2000 + LATE_MS);
    assert.deepEqual([large.text, large.ended], ["", false]);
  });
});

test("--queue-timeout sheds at a full queue too, unless --shed=no", async () => {
  await withBusyCore({ queue: 0, queueTimeoutMs: 2000 }, async ({ sent }) => {
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 503);
  });
  await withBusyCore({ queue: 0, queueTimeoutMs: 2000, shed: false }, async ({ sent }) => {
    assert.equal((await sent(requestOf("GET /"))).text, "");
  });
});

test("a client that goes while it is queued leaves no 503 behind", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 2000 }, async ({ sent, pass, heard }) => {
    const peer = await sent(requestOf("GET /gone"));
    peer.socket.abort();
    await pass(5000);
    assert.deepEqual(heard.requests.map(({ status }) => status).filter((status) => status === 503), []);
  });
});

test("--queue-timeout holds while slices are long, for that is when it is wanted", async () => {
  await withBusyCore({ queue: 10, queueTimeoutMs: 1900 }, async ({ sent, clock, settle }) => {
    const peer = await sent(requestOf("GET /"));
    for (let count = 0; count < 4; count++) {
      clock.spend(600);
      clock.turn();
    }
    await settle();
    assert.equal(answersOf(peer)[0]!.status, 503);
  });
});
