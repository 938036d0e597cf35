import assert from "node:assert/strict";
import { test } from "node:test";
import { LightResponse } from "../../../src/http/light_response.ts";
import type { MemoryPeer } from "../../support/memory_peer.ts";
import { requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

/** What a client's reset led to. */
interface Seen {
  aborts: number;
  cancels: number;
}

/** Answers `/` at once, `/large` with what no client takes at once, `/wait` when its signal aborts, `/stream` without an end. */
function appOf(seen: Seen) {
  return async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const gone = new Promise<void>((resolve) => {
      request.signal.addEventListener("abort", () => {
        seen.aborts++;
        resolve();
      });
    });
    // A native one is a stream on Bun.
    if (path === "/large") return new LightResponse("x".repeat(300_000)) as unknown as Response;
    if (path === "/wait") await gone;
    if (path === "/stream") return new Response(endless(seen));
    return new Response("ok");
  };
}

function endless(seen: Seen): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(30_000)),
    cancel: () => void seen.cancels++,
  });
}

const part = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";

/** A phase of a connection, and how its client gets there. */
interface Phase {
  readonly name: string;
  readonly enter: (served: ServedMemory) => Promise<MemoryPeer>;
  readonly postBufferingBytes?: number;
  /** What is busy before the reset. */
  readonly busy?: number;
  readonly seen?: Partial<Seen>;
}

async function paused({ connect, settle }: ServedMemory, bytes: string): Promise<MemoryPeer> {
  const peer = await connect();
  peer.pause();
  peer.send(bytes);
  await settle();
  return peer;
}

const PHASES: readonly Phase[] = [
  { name: "before its first byte", enter: ({ connect }) => connect() },
  { name: "between two requests", enter: ({ sent }) => sent(requestOf("GET /")) },
  { name: "within a head", enter: ({ sent }) => sent("GET / HT") },
  { name: "within a small body", enter: ({ sent }) => sent(part) },
  { name: "while its request runs", enter: ({ sent }) => sent(requestOf("GET /wait")), busy: 1, seen: { aborts: 1 } },
  {
    name: "while its next request is held",
    enter: (served) => paused(served, requestOf("GET /stream") + requestOf("GET /")),
    busy: 1,
    seen: { aborts: 1, cancels: 1 },
  },
  {
    name: "within a body that its app reads no further",
    enter: ({ sent }) => sent(part.replace("POST /", "POST /wait")),
    postBufferingBytes: 0,
    busy: 1,
    seen: { aborts: 1 },
  },
  { name: "while a stream is sent", enter: (served) => paused(served, requestOf("GET /stream")), busy: 1, seen: { aborts: 1, cancels: 1 } },
  { name: "while an unread body is skipped", enter: ({ sent }) => sent(part), postBufferingBytes: 0 },
  // Its answer was complete for the app, and gave its core back.
  { name: "while a complete answer is flushed", enter: (served) => paused(served, requestOf("GET /large")) },
];

for (const { name, enter, postBufferingBytes, busy = 0, seen: expected } of PHASES) {
  test(`close() of a client that resets ${name}: nothing is left of it, and its signal aborts once at most`, async () => {
    const seen: Seen = { aborts: 0, cancels: 0 };
    await withMemoryServer({ fetch: appOf(seen), postBufferingBytes }, async (served) => {
      const { server, settle, pass, heard } = served;
      const peer = await enter(served);
      assert.deepEqual([server.stats().busy, server.stats().connections], [busy, 1]);
      peer.reset();
      await settle();
      await pass(100_000);
      const { busy: left, queued, stalled, connections } = server.stats();
      assert.deepEqual({ left, queued, stalled, connections }, { left: 0, queued: 0, stalled: 0, connections: 0 });
      assert.deepEqual(seen, { aborts: 0, cancels: 0, ...expected });
      assert.deepEqual(heard.errors, []);
      assert.equal(heard.requests.filter(({ aborted }) => aborted).length, busy);
    });
  });
}

test("close() of a client that resets while it is queued: no request is run for it", async () => {
  const seen: Seen = { aborts: 0, cancels: 0 };
  await withMemoryServer({ fetch: appOf(seen), async: 1 }, async ({ sent, settle, server }) => {
    const running = await sent(requestOf("GET /wait"));
    const queued = await sent(requestOf("GET /"));
    queued.reset();
    await settle();
    assert.equal(server.stats().queued, 0);
    running.reset();
    await settle();
    assert.deepEqual([server.stats().requests, server.stats().busy, server.stats().connections, seen.aborts], [1, 0, 0, 1]);
  });
});

test("close() of a client that resets while it is stalled, which no socket is told of: it is found out when it proceeds", async () => {
  const seen: Seen = { aborts: 0, cancels: 0 };
  await withMemoryServer({ fetch: appOf(seen), async: 1, queue: 0 }, async ({ sent, settle, server }) => {
    const running = await sent(requestOf("GET /wait"));
    const stalled = await sent(requestOf("GET /"));
    stalled.reset();
    await settle();
    assert.equal(server.stats().stalled, 1);
    running.reset();
    await settle();
    assert.deepEqual([server.stats().stalled, server.stats().busy, server.stats().connections], [0, 0, 0]);
  });
});

test("close() after the answer does not abort the signal, not even for one who touches it late", async () => {
  let late: Request | null = null;
  const aborts: string[] = [];
  const app = (request: Request) => {
    if (new URL(request.url).pathname === "/late") late = request;
    else request.signal.addEventListener("abort", () => aborts.push("abort"));
    return new Response("ok");
  };
  await withMemoryServer({ fetch: app }, async ({ sent, settle }) => {
    const peer = await sent(requestOf("GET /") + requestOf("GET /late"));
    peer.reset();
    await settle();
    assert.deepEqual([aborts, (late as Request | null)?.signal.aborted], [[], false]);
  });
});
