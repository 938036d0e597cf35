import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServeOptions } from "../../../mod.ts";
import { LightResponse } from "../../../src/http/light_response.ts";
import { DEFAULT_TIMEOUTS } from "../../../src/serve/timeouts.ts";
import { WriteBuffer } from "../../../src/serve/write_buffer.ts";
import { Gate } from "../../support/gate.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

const LARGE = 1_000_000;
const LATE_MS = 100;

test("take() until the bound, counting what was taken in the meantime out", () => {
  const buffer = new WriteBuffer(1_000_000);
  const first = { unsent: 600_000 };
  const second = { unsent: 500_000 };
  assert.deepEqual([buffer.take(first), buffer.take(second), buffer.bytes], [true, false, 600_000]);
  first.unsent = 400_000;
  assert.deepEqual([buffer.take(second), buffer.bytes], [true, 900_000]);
  // What is below the high-water mark is the connection's own.
  first.unsent = 60_000;
  assert.equal(buffer.bytes, 500_000);
});

test("take() counts a socket once, however many answers it has had, and forget() gives its room back", () => {
  const buffer = new WriteBuffer(1_000_000);
  const socket = { unsent: 600_000 };
  assert.deepEqual([1, 2, 3].map(() => buffer.take(socket)), [true, true, true]);
  assert.equal(buffer.bytes, 600_000);
  socket.unsent = 1_200_000;
  assert.deepEqual([buffer.take(socket), buffer.bytes], [false, 0]);
  const other = { unsent: 900_000 };
  assert.equal(buffer.take(other), true);
  buffer.forget(other);
  assert.equal(buffer.bytes, 0);
});

/** How the requests ended, in no order: the next one runs as soon as the core is free. */
function endsOf({ requests }: ServedMemory["heard"]): string[] {
  return requests.map(({ target, aborted }) => `${target}: ${aborted ? "aborted" : "complete"}`).sort();
}

/** One core, and an app whose answers are of a megabyte but for `/small`; with a client that reads nothing and has asked for one. */
async function withSlowClient(
  options: ServeOptions,
  run: (served: ServedMemory, slow: Awaited<ReturnType<ServedMemory["connect"]>>) => Promise<void>,
): Promise<void> {
  // A native one is a stream on some runtimes, and keeps its core until its last chunk may be written.
  const fetch = (request: Request) =>
    new LightResponse(request.url.endsWith("/small") ? "small" : "x".repeat(LARGE)) as unknown as Response;
  await withMemoryServer({ fetch, async: 1, ...options }, async (served) => {
    const slow = await served.connect();
    slow.pause();
    slow.send(requestOf("GET /large"));
    await served.settle();
    await run(served, slow);
  });
}

test("an answer that its client does not take gives its core back, while there is room for what is unsent", async () => {
  await withSlowClient({}, async ({ sent, server, heard }) => {
    assert.equal(server.stats().busy, 0);
    assert.ok(server.stats().unsentBytes > LARGE / 2, String(server.stats().unsentBytes));
    assert.equal(answersOf(await sent(requestOf("GET /small")))[0]!.body, "small");
    assert.equal(heard.requests.length, 2);
  });
});

test("--write-buffer: without room it keeps its core until the client has taken it, and the next request waits", async () => {
  await withSlowClient({ writeBufferBytes: 65_536 }, async ({ sent, settle, server, heard }, slow) => {
    assert.deepEqual([server.stats().cores[0]!.state, server.stats().unsentBytes], ["sending", 0]);
    const next = await sent(requestOf("GET /small"));
    assert.deepEqual([server.stats().queued, next.text, endsOf(heard)], [1, "", ["/large: complete"]]);
    slow.resume();
    await settle();
    assert.deepEqual([answersOf(slow)[0]!.body.length, answersOf(next)[0]!.body, server.stats().busy], [LARGE, "small", 0]);
    assert.deepEqual(endsOf(heard), ["/large: complete", "/small: complete"]);
    slow.send(requestOf("GET /small"));
    await settle();
    assert.equal(answersOf(slow)[1]!.body, "small");
  });
});

test("--write-buffer: a client that takes nothing is reset after the write timeout, and its core is free", async () => {
  await withSlowClient({ writeBufferBytes: 0 }, async ({ sent, pass, server, heard }, slow) => {
    const next = await sent(requestOf("GET /small"));
    await pass(DEFAULT_TIMEOUTS.writeStallMs + LATE_MS);
    slow.resume();
    await pass(LATE_MS);
    assert.deepEqual([slow.closed, answersOf(next)[0]!.body, server.stats().busy], [true, "small", 0]);
    assert.deepEqual(endsOf(heard), ["/large: complete", "/small: complete"]);
  });
});

test("--write-buffer: a client that goes gives the core back", async () => {
  await withSlowClient({ writeBufferBytes: 0 }, async ({ settle, server, heard }, slow) => {
    slow.reset();
    await settle();
    assert.deepEqual([server.stats().busy, server.stats().connections, endsOf(heard)], [0, 0, ["/large: complete"]]);
  });
});

test("--write-buffer: a stream, and an answer that closes its connection, keep their core as well", async () => {
  const large = new Uint8Array(LARGE);
  const fetch = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(1));
          controller.enqueue(large);
          controller.close();
        },
      }),
    );
  for (const fields of [[], ["Connection: close"]]) {
    await withMemoryServer({ fetch, async: 1, writeBufferBytes: 0 }, async ({ connect, settle, server, heard }) => {
      const slow = await connect();
      slow.pause();
      slow.send(requestOf("GET /", null, ...fields));
      await settle();
      assert.equal(server.stats().cores[0]!.state, "sending");
      slow.resume();
      await settle();
      assert.deepEqual([server.stats().busy, heard.requests[0]!.aborted, slow.ended], [0, false, fields.length > 0]);
      assert.equal(answersOf(slow)[0]!.body.length, LARGE + 1);
    });
  }
});

test("--write-buffer: what is wrong with the rest of a body does not cut an answer short that is on its way", async () => {
  await withSlowClient({ writeBufferBytes: 0 }, async ({ connect, settle, server }, first) => {
    first.reset();
    await settle();
    const slow = await connect();
    slow.pause();
    slow.send("POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    await settle();
    slow.send("zzz\r\n");
    await settle();
    slow.resume();
    await settle();
    assert.deepEqual([answersOf(slow)[0]!.body.length, slow.ended, server.stats().busy], [LARGE, true, 0]);
  });
});

/** The rest of the body came while the core was kept, and the app was told that its body was whole. */
test("--write-buffer: an app that reads on behind its answer is told that the body is cut, as ever", async () => {
  let outcome: string | null = null;
  const app = {
    kind: "fetch",
    fetch(request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) {
      context.waitUntil(request.text().then((text) => outcome = `${text.length} bytes`, (error: unknown) => outcome = String(error)));
      return new LightResponse("x".repeat(LARGE)) as unknown as Response;
    },
  } as const;
  await withMemoryServer({ app, async: 1, writeBufferBytes: 0, postBufferingBytes: 0 }, async ({ connect, settle }) => {
    const slow = await connect();
    slow.pause();
    slow.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n${"x".repeat(30_000)}`);
    await settle();
    slow.send("x".repeat(20_000));
    await settle();
    assert.match(String(outcome), /its answer is complete/);
  });
});

/** A paused socket was not read any more, and its client read nothing before it had sent all. */
test("--write-buffer: a client that sends all of its body before it reads gets its answer", async () => {
  const gate = new Gate();
  const fetch = async () => {
    await gate.opened;
    return new LightResponse("x".repeat(LARGE)) as unknown as Response;
  };
  await withMemoryServer({ fetch, async: 1, writeBufferBytes: 0 }, async ({ connect, settle, server }) => {
    const slow = await connect();
    slow.pause();
    slow.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 130000\r\n\r\n${"x".repeat(130_000)}`);
    await settle();
    gate.open();
    await settle();
    assert.deepEqual([slow.socket.unsent, server.stats().busy], [0, 1]);
    slow.resume();
    await settle();
    assert.deepEqual([answersOf(slow)[0]!.body.length, server.stats().busy], [LARGE, 0]);
  });
});
