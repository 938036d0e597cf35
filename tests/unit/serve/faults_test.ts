/** Faults that the tests of this folder found, each with its story. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestContext } from "../../../mod.ts";
import { LightResponse } from "../../../src/http/light_response.ts";
import { Gate } from "../../support/gate.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const STALL_MS = 30_000;
const LATE_MS = 1;

const part = (bytes: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`;

/** Leaves whole on each runtime: `/a` is 100,000 bytes, all else 1,000,000. */
const large = {
  fetch: (request: Request) => new LightResponse("x".repeat(request.url.endsWith("/a") ? 100_000 : 1_000_000)) as unknown as Response,
};

// The watch began while the socket was corked: what left at the uncork counted as the client's progress.
test("a client that takes nothing of a whole answer is reset after 30 s: it was after 60 s", async () => {
  await withMemoryServer(large, async ({ connect, settle, pass, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /b"));
    await settle();
    await pass(STALL_MS - 1);
    assert.equal(server.stats().connections, 1);
    await pass(1 + LATE_MS);
    assert.equal(server.stats().connections, 0);
  });
});

// The watch of an answer that left all but 64 KiB ran on, with its bytes and time, into the next request's.
for (const [what, taken, alive] of [["takes all slowly", 10_000, true], ["takes nothing", 0, false]] as const) {
  test(`a client that ${what} of the second pipelined answer is judged by that one, not by the first`, async () => {
    await withMemoryServer(large, async ({ connect, settle, pass, server }) => {
      const peer = await connect();
      peer.pause();
      peer.send(requestOf("GET /a") + requestOf("GET /b"));
      await settle();
      for (let passed = 0; passed < (alive ? 300_000 : STALL_MS + 5000); passed += 5000) {
        if (taken > 0) peer.socket.take(taken);
        await pass(5000);
      }
      assert.equal(server.stats().connections, alive ? 1 : 0);
    });
  });
}

// Each byte of a request's body put off the one timer that the watch shares with it.
test("a client that takes no answer is reset after 30 s, though its body trickles in", async () => {
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(50_000));
  await withMemoryServer({ fetch: () => new Response(new ReadableStream({ pull })) }, async ({ connect, settle, pass, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(part(100_000));
    await settle();
    for (let passed = 0; passed < 2 * STALL_MS; passed += 10_000) {
      peer.send("x");
      await pass(10_000);
    }
    assert.equal(server.stats().connections, 0);
  });
});

// A body is full at 64 KiB, and was not read further, while the request waited for the rest before it asked for a core: for ever.
test("a body of more than 64 KiB is buffered whole if postBufferingBytes says so", async () => {
  const fetch = async (request: Request) => new Response(String((await request.text()).length));
  await withMemoryServer({ fetch, postBufferingBytes: 200_000 }, async ({ sent }) => {
    const peer = await sent(part(190_000) + "x".repeat(190_000));
    assert.equal(answersOf(peer)[0]?.body, "190000");
  });
});

// Nobody ended a body whose request had been answered: a read that waited never settled, and a stop waited for it.
test("a read that waits for a body when the answer is complete is rejected", async () => {
  let outcome = "waits";
  const fetch = (request: Request, _env: unknown, context: RequestContext) => {
    context.waitUntil(request.text().then(() => outcome = "read", () => outcome = "rejected"));
    return new Response("ok");
  };
  await withMemoryServer({ fetch, postBufferingBytes: 0 }, async ({ sent, settle }) => {
    const peer = await sent(part(10) + "abc");
    peer.send("defghij");
    await settle();
    assert.equal(outcome, "rejected");
  });
});

// It paused the connection, which was skipping that body or already at its next request: for ever, without a deadline.
test("a body that is cancelled after its answer does not stop its connection", async () => {
  const later = new Gate();
  const fetch = (request: Request, _env: unknown, context: RequestContext) => {
    if (request.method === "POST") context.waitUntil(later.opened.then(() => request.body!.cancel()).catch(() => {}));
    return new Response("ok");
  };
  await withMemoryServer({ fetch, postBufferingBytes: 0 }, async ({ sent, settle }) => {
    const peer = await sent(part(10) + "abc");
    later.open();
    await settle();
    peer.send("defghij" + requestOf("GET /"));
    await settle();
    assert.equal(answersOf(peer).length, 2);
  });
});

// Reading was not armed again when it went on.
test("a client that goes while its request runs is noticed, though its connection had stalled with a small body", async () => {
  const answer = new Gate();
  let aborts = 0;
  const fetch = async (request: Request) => {
    request.signal.addEventListener("abort", () => aborts++);
    await (request.method === "GET"
      ? answer.opened
      : new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve())));
    return new Response("ok");
  };
  await withMemoryServer({ fetch, async: 1, queue: 0 }, async ({ sent, settle, server }) => {
    const slow = await sent(part(3) + "a");
    await sent(requestOf("GET /"));
    slow.send("bc");
    await settle();
    assert.equal(server.stats().stalled, 1);
    answer.open();
    await settle();
    slow.reset();
    await settle();
    assert.deepEqual([aborts, server.stats().busy], [1, 0]);
  });
});

// Its 2 s began at the next look for progress, up to 30 s after the FIN had left.
test("LingeringClose of a client that takes the last answer in one go gives it 2 s from then", async () => {
  await withMemoryServer(large, async ({ connect, settle, pass, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /b", null, "Connection: close"));
    await settle();
    peer.resume();
    await settle();
    assert.equal(peer.ended, true);
    await pass(2000 + LATE_MS);
    assert.equal(server.stats().connections, 0);
  });
});
