import assert from "node:assert/strict";
import { test } from "node:test";
import { ClosedError } from "../../../src/errors.ts";
import { Gate } from "../../support/gate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

const GRACE_MS = 500;
const LATE_MS = 1;

const hello = { fetch: () => new Response("hello") };

/** Begins to stop, and tells how many requests were lost once it has; null before. */
async function stopping({ server, settle }: ServedMemory, mercyMs?: number): Promise<{ lost: number | null }> {
  const stop: { lost: number | null } = { lost: null };
  void server.close(mercyMs === undefined ? {} : { mercyMs }).then((lost) => stop.lost = lost);
  await settle();
  return stop;
}

/** Answers once the gate is open. */
function waiting() {
  const answer = new Gate();
  const reasons: unknown[] = [];
  const fetch = async (request: Request) => {
    request.signal.addEventListener("abort", () => reasons.push(request.signal.reason));
    await answer.opened;
    return new Response("done");
  };
  return { fetch, open: () => answer.open(), reasons };
}

test("drain() of a server without connections is over at once", async () => {
  await withMemoryServer(hello, async (served) => {
    assert.deepEqual(await stopping(served), { lost: 0 });
  });
});

test("drain() answers what is in flight, with Connection: close, and then is over", async () => {
  const { fetch, open } = waiting();
  await withMemoryServer({ fetch }, async (served) => {
    const peer = await served.sent(requestOf("GET /"));
    const stop = await stopping(served);
    await served.pass(GRACE_MS + 10_000);
    assert.deepEqual([peer.text, stop.lost, served.server.stats().draining], ["", null, true]);
    open();
    await served.settle();
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.body, fieldOf(answer!, "connection"), peer.ended], ["done", "close", true]);
    peer.end();
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() answers what is queued and what is stalled", async () => {
  const { fetch, open } = waiting();
  await withMemoryServer({ fetch, async: 1, queue: 1 }, async (served) => {
    const peers = [];
    for (let count = 0; count < 3; count++) peers.push(await served.sent(requestOf("GET /")));
    const stop = await stopping(served);
    open();
    await served.settle();
    for (const peer of peers) {
      assert.deepEqual(answersOf(peer).map((answer) => [answer.status, fieldOf(answer, "connection")]), [[200, "close"]]);
      peer.end();
    }
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() of pipelined requests: the one that runs is the last", async () => {
  const { fetch, open } = waiting();
  await withMemoryServer({ fetch }, async (served) => {
    const peer = await served.sent(requestOf("GET /") + requestOf("GET /"));
    await stopping(served);
    open();
    await served.settle();
    assert.deepEqual([answersOf(peer).length, peer.ended, served.server.stats().requests], [1, true, 1]);
  });
});

test("drain() closes idle connections gently, 500 ms after it began", async () => {
  await withMemoryServer(hello, async (served) => {
    const fresh = await served.connect();
    const used = await served.sent(requestOf("GET /"));
    const stop = await stopping(served);
    await served.pass(GRACE_MS - 1);
    assert.deepEqual([fresh.ended, used.ended], [false, false]);
    await served.pass(1 + LATE_MS);
    assert.deepEqual([fresh.ended, used.ended, used.errorCode, stop.lost], [true, true, null, null]);
    fresh.end();
    used.end();
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() answers a request that an idle connection sends within the grace", async () => {
  await withMemoryServer(hello, async (served) => {
    const peer = await served.connect();
    await stopping(served);
    await served.pass(GRACE_MS - 1);
    peer.send(requestOf("GET /"));
    await served.settle();
    assert.deepEqual([fieldOf(answersOf(peer)[0]!, "connection"), peer.ended], ["close", true]);
  });
});

test("drain() leaves a head that has begun its time", async () => {
  await withMemoryServer(hello, async (served) => {
    const peer = await served.sent("GET / HTTP/1.1\r\n");
    await stopping(served);
    await served.pass(9000);
    peer.send("Host: a\r\n\r\n");
    await served.settle();
    assert.deepEqual([answersOf(peer)[0]!.status, peer.ended], [200, true]);
  });
});

test("drain() closes a connection whose answer had begun before it, once that is over and the grace too", async () => {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const fetch = () => new Response(new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) }));
  await withMemoryServer({ fetch }, async (served) => {
    const peer = await served.sent(requestOf("GET /"));
    const stop = await stopping(served);
    await served.pass(20_000);
    controller.enqueue(new TextEncoder().encode("late"));
    controller.close();
    await served.pass(GRACE_MS - 1);
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.body, fieldOf(answer!, "connection"), peer.ended], ["late", null, false]);
    await served.pass(1 + LATE_MS);
    assert.equal(peer.ended, true);
    peer.end();
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() listens no more", async () => {
  await withMemoryServer(hello, async (served) => {
    await served.connect();
    await stopping(served);
    await assert.rejects(served.connect(), { code: "HEDDLE_BROKEN" });
  });
});

test("drain() waits for lingering closes, which have their own time", async () => {
  await withMemoryServer(hello, async (served) => {
    await served.sent("nonsense\r\n\r\n");
    const stop = await stopping(served);
    await served.pass(1999);
    assert.equal(stop.lost, null);
    await served.pass(1 + LATE_MS);
    assert.equal(stop.lost, 0);
  });
});

test("drain() past its mercy resets what is left, aborts its signal with a ClosedError, and counts it", async () => {
  const { fetch, reasons } = waiting();
  await withMemoryServer({ fetch, reloadMercyMs: 20_000 }, async (served) => {
    const peers = [await served.sent(requestOf("GET /")), await served.sent(requestOf("GET /"))];
    const stop = await stopping(served);
    await served.pass(19_999);
    assert.deepEqual([reasons, stop.lost], [[], null]);
    await served.pass(1);
    assert.equal(stop.lost, 2);
    assert.deepEqual(reasons.map((reason) => reason instanceof ClosedError), [true, true]);
    assert.deepEqual(peers.map(({ errorCode }) => errorCode), ["ECONNRESET", "ECONNRESET"]);
  });
});

test("drain() past its mercy counts no connection that has no request", async () => {
  await withMemoryServer(hello, async (served) => {
    const idle = await served.connect();
    const head = await served.sent("GET / HT");
    const lingering = await served.sent("nonsense\r\n\r\n");
    assert.deepEqual(await stopping(served, 0), { lost: 0 });
    assert.deepEqual([idle.errorCode, head.errorCode, lingering.ended], ["ECONNRESET", "ECONNRESET", true]);
    assert.equal(served.server.stats().connections, 0);
  });
});

test("drain() hastened by a shorter mercy ends by that, and is not put off by a longer one", async () => {
  const { fetch } = waiting();
  await withMemoryServer({ fetch }, async (served) => {
    await served.sent(requestOf("GET /"));
    const first = await stopping(served, 20_000);
    await served.pass(5000);
    const second = await stopping(served, 1000);
    const third = await stopping(served, 60_000);
    await served.pass(999);
    assert.deepEqual([first.lost, second.lost, third.lost], [null, null, null]);
    await served.pass(1);
    assert.deepEqual([first.lost, second.lost, third.lost], [1, 1, 1]);
  });
});

test("drain() waits for a handler whose client has gone", async () => {
  const { fetch, open } = waiting();
  await withMemoryServer({ fetch }, async (served) => {
    const peer = await served.sent(requestOf("GET /"));
    peer.reset();
    const stop = await stopping(served);
    await served.pass(10_000);
    assert.deepEqual([stop.lost, served.server.stats().connections, served.server.stats().busy], [null, 0, 1]);
    open();
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() waits for waitUntil(), and for what that adds", async () => {
  const [first, second] = [new Gate(), new Gate()];
  const app = (_request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) => {
    context.waitUntil(first.opened.then(() => context.waitUntil(second.opened)));
    return new Response("ok");
  };
  await withMemoryServer({ fetch: app }, async (served) => {
    const peer = await served.sent(requestOf("GET /", null, "Connection: close"));
    peer.end();
    const stop = await stopping(served);
    await served.pass(5000);
    assert.equal(stop.lost, null);
    first.open();
    await served.settle();
    assert.equal(stop.lost, null);
    second.open();
    await served.settle();
    assert.equal(stop.lost, 0);
  });
});

test("drain() does not wait for waitUntil() past its mercy", async () => {
  const app = (_request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) => {
    context.waitUntil(new Promise(() => {}));
    return new Response("ok");
  };
  await withMemoryServer({ fetch: app }, async (served) => {
    const peer = await served.sent(requestOf("GET /", null, "Connection: close"));
    peer.end();
    const stop = await stopping(served, 5000);
    await served.pass(4999);
    assert.equal(stop.lost, null);
    await served.pass(1);
    assert.equal(stop.lost, 0);
  });
});

test("drain() waits for an event stream, which has no core, and counts it if it outlasts the mercy", async () => {
  const headers = { "content-type": "text/event-stream" };
  const fetch = () => new Response(new ReadableStream<Uint8Array>(), { headers });
  await withMemoryServer({ fetch }, async (served) => {
    await served.sent(requestOf("GET /"));
    const stop = await stopping(served, 5000);
    await served.pass(4999);
    const { busy, offloaded } = served.server.stats();
    assert.deepEqual({ lost: stop.lost, busy, offloaded }, { lost: null, busy: 0, offloaded: 1 });
    await served.pass(1);
    assert.deepEqual([stop.lost, served.server.stats().offloaded], [1, 0]);
  });
});
