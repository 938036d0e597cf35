import assert from "node:assert/strict";
import { test } from "node:test";
import { core, sleep } from "../../../mod.ts";
import { BrokenError, ProtocolError } from "../../../src/errors.ts";
import type { FakeClock } from "../../support/fake_clock.ts";
import { Gate } from "../../support/gate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const KEEP_ALIVE_MS = 75_000;
const FIRST_BYTE_MS = 30_000;
const HEAD_MS = 10_000;
const BODY_IDLE_MS = 30_000;
/** Bytes of a body that make up for a minute without one. */
const QUICK = 240 * 60;
/** What the wheel may be late. */
const LATE_MS = 1;

const hello = { fetch: () => new Response("hello") };

/** Reads its body, and answers with it. */
const echo = { fetch: async (request: Request) => new Response(await request.text()) };

test("Connection closes without a word if it has said nothing 30 s after it was opened", async () => {
  await withMemoryServer(hello, async ({ connect, pass }) => {
    const peer = await connect();
    await pass(FIRST_BYTE_MS - 1);
    assert.equal(peer.ended, false);
    await pass(1 + LATE_MS);
    assert.deepEqual([peer.ended, peer.errorCode, peer.text], [true, null, ""]);
  });
});

test("Connection is kept for 75 s after each answer", async () => {
  await withMemoryServer(hello, async ({ connect, pass, settle }) => {
    const peer = await connect();
    for (let count = 1; count <= 3; count++) {
      peer.send(requestOf("GET /"));
      await settle();
      assert.equal(answersOf(peer).length, count);
      if (count < 3) await pass(KEEP_ALIVE_MS - 1);
    }
    await pass(KEEP_ALIVE_MS - 1);
    assert.equal(peer.ended, false);
    await pass(1 + LATE_MS);
    assert.equal(peer.ended, true);
  });
});

test("Connection has no deadline for a handler: one that takes longer than any timeout is answered", async () => {
  const app = async () => {
    await sleep(3_600_000);
    return new Response("late");
  };
  await withMemoryServer({ fetch: app }, async ({ sent, pass }) => {
    const peer = await sent(requestOf("GET /"));
    await pass(3_599_999);
    assert.deepEqual([peer.text, peer.ended], ["", false]);
    await pass(1 + LATE_MS);
    assert.equal(answersOf(peer)[0]!.body, "late");
  });
});

test("data() of a head's first byte starts 10 s, which trickling does not extend: 408", async () => {
  await withMemoryServer(hello, async ({ connect, pass, settle, heard }) => {
    const peer = await connect();
    await pass(FIRST_BYTE_MS - 1000);
    for (const byte of "GET / HTTP") {
      peer.send(byte);
      await pass(HEAD_MS / 10 - 1);
    }
    await settle();
    assert.deepEqual([peer.text, peer.ended], ["", false]);
    await pass(10 + LATE_MS);
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.status, fieldOf(answer!, "connection"), peer.ended], [408, "close", true]);
    assert.deepEqual(heard.refused, [408]);
  });
});

test("data() of a head that is complete in time ends its deadline", async () => {
  await withMemoryServer(hello, async ({ connect, pass, settle }) => {
    const peer = await connect();
    peer.send("GET / HTTP/1.1\r\n");
    await pass(HEAD_MS - 1);
    peer.send("Host: a\r\n\r\n");
    await pass(HEAD_MS);
    await settle();
    assert.deepEqual([answersOf(peer).map(({ status }) => status), peer.ended], [[200], false]);
  });
});

test("data() of the next head starts a deadline of its own, from its own first byte", async () => {
  await withMemoryServer(hello, async ({ sent, pass, settle }) => {
    const peer = await sent(requestOf("GET /"));
    await pass(20_000);
    peer.send("G");
    await settle();
    await pass(HEAD_MS - 1);
    assert.equal(answersOf(peer).length, 1);
    await pass(1 + LATE_MS);
    assert.deepEqual(answersOf(peer).map(({ status }) => status), [200, 408]);
  });
});

test("data() of a small body that stops coming for 30 s: 408, and it never had a core", async () => {
  await withMemoryServer(echo, async ({ sent, pass, settle, server, heard }) => {
    const peer = await sent(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${QUICK + 2}\r\n\r\n${"x".repeat(QUICK)}`);
    await pass(BODY_IDLE_MS - 1);
    peer.send("b");
    await settle();
    await pass(BODY_IDLE_MS - 1);
    assert.deepEqual([peer.text, server.stats().requests], ["", 0]);
    await pass(1 + LATE_MS);
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.status, peer.ended, server.stats().requests], [408, true, 0]);
    assert.match(answer!.body, /nothing of the body came for 30000 ms/);
    assert.deepEqual(heard.refused, [408]);
  });
});

test("data() of a body at less than 240 bytes a second, after 5 s: 408, however steadily it comes", async () => {
  for (const [bytes, status] of [[240, undefined], [239, 408]] as const) {
    await withMemoryServer(echo, async ({ sent, pass, settle }) => {
      const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
      await pass(4999);
      // A second more for each 240 bytes: 0.4 s are lost in a hundred seconds of 239.
      for (let second = 0; second < 100; second++) {
        peer.send("x".repeat(bytes));
        await pass(1000);
      }
      peer.send("x".repeat(bytes));
      await settle();
      assert.equal(peer.text === "" ? undefined : answersOf(peer)[0]!.status, status);
      if (status === 408) assert.match(answersOf(peer)[0]!.body, /at less than 240 bytes a second/);
    });
  }
});

test("data() of a body that its app reads slowly is not too slow: the time in which we do not read does not count", async () => {
  const read = new Gate();
  const app = async (request: Request) => {
    await read.opened;
    return new Response(String((await request.arrayBuffer()).byteLength));
  };
  await withMemoryServer({ fetch: app }, async ({ sent, pass, settle }) => {
    const peer = await sent(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 80000\r\n\r\n${"x".repeat(70_000)}`);
    await pass(10_000_000);
    read.open();
    await pass(4000);
    peer.send("x".repeat(10_000));
    await settle();
    assert.equal(answersOf(peer)[0]!.body, "80000");
  });
});

test("data() that was there while the event loop was blocked for longer than a deadline is not held against its client", async () => {
  await withMemoryServer(echo, async ({ sent, clock, settle }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n");
    peer.send("x".repeat(70_000));
    clock.spend(6000);
    // The timers come before the sockets.
    clock.turn();
    await settle();
    assert.equal(answersOf(peer)[0]!.body.length, 70_000);
  });
});

test("data() that is skipped counts: a client that goes on steadily keeps its connection", async () => {
  await withMemoryServer(hello, async ({ sent, pass, settle, heard }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let count = 0; count < 20; count++) {
      peer.send(`3e8\r\n${"x".repeat(1000)}\r\n`);
      await pass(1000);
    }
    peer.send("0\r\n\r\n" + requestOf("GET /"));
    await settle();
    assert.deepEqual([answersOf(peer).map(({ status }) => status), heard.refused], [[200, 200], []]);
  });
});

test("data() of a body that was not read when its answer came, and then does not come: FIN, and nothing is left", async () => {
  const answer = new Gate();
  const fetch = async () => {
    await answer.opened;
    return new Response("early");
  };
  await withMemoryServer({ fetch }, async ({ sent, pass, settle, server }) => {
    const peer = await sent(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 120000\r\n\r\n${"x".repeat(66_000)}`);
    await pass(31_000);
    answer.open();
    await settle();
    assert.equal(answersOf(peer)[0]!.body, "early");
    await pass(40_000);
    peer.end();
    await settle();
    assert.deepEqual([peer.ended, server.stats().connections], [true, 0]);
  });
});

test("data() of a body whose client expects, and sends a byte with its head: 408 when the app has read and nothing more comes", async () => {
  const read = new Gate();
  const fetch = async (request: Request) => {
    await read.opened;
    return new Response(await request.text());
  };
  await withMemoryServer({ fetch }, async ({ sent, pass, settle, server }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\nx");
    await pass(31_000);
    read.open();
    await settle();
    await pass(BODY_IDLE_MS + LATE_MS);
    assert.deepEqual([answersOf(peer)[0]!.status, server.stats().busy], [408, 0]);
  });
});

test("a client that has to take something first is not too slow with its body", async () => {
  const fetch = (request: Request) => {
    let left = 30;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          if (left-- > 0) controller.enqueue(new Uint8Array(10_000));
          else {
            controller.enqueue(new TextEncoder().encode(String((await request.arrayBuffer()).byteLength)));
            controller.close();
          }
        },
      }),
    );
  };
  await withMemoryServer({ fetch }, async ({ connect, pass, settle, heard }) => {
    const peer = await connect();
    peer.pause();
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" + "x".repeat(10));
    await pass(10_000);
    peer.resume();
    await settle();
    await pass(100);
    peer.send("x".repeat(69_990));
    await settle();
    assert.deepEqual([heard.refused, peer.errorCode, peer.text.includes("70000\r\n0\r\n\r\n")], [[], null, true]);
  });
});

test("Connection that has carried keepAliveRequests says so in its last answer, and ends", async () => {
  await withMemoryServer({ ...hello, keepAliveRequests: 2 }, async ({ sent }) => {
    const peer = await sent(requestOf("GET /1") + requestOf("GET /2") + requestOf("GET /3"));
    assert.deepEqual(answersOf(peer).map((answer) => fieldOf(answer, "connection")), [null, "close"]);
    assert.equal(peer.ended, true);
  });
});

test("data() of a body that its app reads and that stops coming: 408, and the read is rejected", async () => {
  const errors: unknown[] = [];
  const app = async (request: Request) => {
    await request.text().catch((error) => errors.push(error));
    return new Response("too late");
  };
  await withMemoryServer({ fetch: app, postBufferingBytes: 0 }, async ({ sent, pass, server }) => {
    const peer = await sent(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${QUICK + 1}\r\n\r\n${"x".repeat(QUICK)}`);
    assert.equal(server.stats().busy, 1);
    await pass(BODY_IDLE_MS + LATE_MS);
    assert.equal(answersOf(peer)[0]!.status, 408);
    assert.deepEqual(errors.map((error) => error instanceof ProtocolError && error.status), [408]);
    assert.equal(server.stats().busy, 0);
  });
});

test("data() of a body that its app leaves unread past 64 KiB is our pause, not the client's", async () => {
  const read = new Gate();
  const app = async (request: Request) => {
    await read.opened;
    return new Response(String((await request.arrayBuffer()).byteLength));
  };
  await withMemoryServer({ fetch: app }, async ({ sent, pass, settle }) => {
    const peer = await sent(requestOf("POST /", "x".repeat(300_000)));
    assert.ok(peer.socket.unsent > 0);
    await pass(10 * BODY_IDLE_MS);
    assert.deepEqual([peer.text, peer.ended], ["", false]);
    read.open();
    await settle();
    assert.equal(answersOf(peer)[0]!.body, "300000");
  });
});

for (
  const [where, bytes] of [["a head", "GET / HT"], ["a body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"]] as const
) {
  test(`end() within ${where}: 400, and no request is run`, async () => {
    await withMemoryServer(echo, async ({ sent, settle, server, heard }) => {
      const peer = await sent(bytes);
      peer.end();
      await settle();
      assert.equal(answersOf(peer)[0]!.status, 400);
      assert.deepEqual([heard.refused, heard.requests, server.stats().requests, peer.closed], [[400], [], 0, true]);
    });
  });
}

test("end() within a body that its app reads: the read is rejected, the signal aborts, the core comes back", async () => {
  const seen: unknown[] = [];
  const app = async (request: Request) => {
    request.signal.addEventListener("abort", () => seen.push("abort"));
    await request.text().catch((error) => seen.push(error instanceof ProtocolError));
    return new Response();
  };
  await withMemoryServer({ fetch: app, postBufferingBytes: 0 }, async ({ sent, settle, server }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    peer.end();
    await settle();
    assert.deepEqual(seen, ["abort", true]);
    assert.deepEqual([answersOf(peer)[0]!.status, server.stats().busy, server.stats().connections], [400, 0, 0]);
  });
});

test("end() on an idle connection is answered by our FIN alone", async () => {
  await withMemoryServer(hello, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /"));
    peer.forget();
    peer.end();
    await settle();
    assert.deepEqual([peer.text, peer.closed, peer.errorCode, server.stats().connections], ["", true, null, 0]);
  });
});

test("end() after a request aborts its signal, and the answer is sent all the same, as the last one", async () => {
  const answer = new Gate();
  const reasons: unknown[] = [];
  const app = async (request: Request) => {
    request.signal.addEventListener("abort", () => reasons.push(request.signal.reason));
    await answer.opened;
    return new Response("still sent");
  };
  await withMemoryServer({ fetch: app }, async ({ sent, settle, heard }) => {
    const peer = await sent(requestOf("GET /"));
    peer.end();
    await settle();
    assert.deepEqual([reasons.length, reasons[0] instanceof BrokenError, peer.text], [1, true, ""]);
    answer.open();
    await settle();
    const [sentAnswer] = answersOf(peer);
    assert.deepEqual([sentAnswer!.body, fieldOf(sentAnswer!, "connection"), peer.closed], ["still sent", "close", true]);
    assert.deepEqual([reasons.length, heard.requests[0]!.aborted], [1, false]);
  });
});

test("end() before its request has a core: it runs, with its signal aborted from the start", async () => {
  const answer = new Gate();
  const aborted: boolean[] = [];
  const app = async (request: Request) => {
    aborted.push(request.signal.aborted);
    await answer.opened;
    return new Response("ok");
  };
  await withMemoryServer({ fetch: app, async: 1 }, async ({ sent, settle, server }) => {
    await sent(requestOf("GET /"));
    const queued = await sent(requestOf("GET /"));
    queued.end();
    await settle();
    assert.equal(server.stats().queued, 1);
    answer.open();
    await settle();
    assert.deepEqual([aborted, answersOf(queued)[0]!.status], [[false, true], 200]);
  });
});

test("a body longer than its Content-Length is the next request's head: refused, as no answer to the first", async () => {
  await withMemoryServer(echo, async ({ sent, heard }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabcd\r\n\r\n");
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, status === 200 ? body : ""]), [[200, "ab"], [400, ""]]);
    assert.deepEqual(heard.refused, [400]);
  });
});

test("a Content-Length past the limit: 413 at once, without a core and without a 100", async () => {
  await withMemoryServer({ ...echo, limitPostBytes: 10 }, async ({ sent, server }) => {
    for (const expect of [[], ["Expect: 100-continue"]]) {
      const peer = await sent(["POST / HTTP/1.1", "Host: a", "Content-Length: 11", ...expect, "", ""].join("\r\n"));
      assert.deepEqual(answersOf(peer).map(({ status }) => status), [413]);
    }
    assert.equal(server.stats().requests, 0);
  });
});

test("Connection dates each answer by the second in which it leaves", async () => {
  await withMemoryServer(hello, async ({ clock, connect, pass, settle }) => {
    const peer = await connect();
    const dates: (string | null)[] = [];
    const wanted: string[] = [];
    // A second that was begun before is asked for in its middle, at its end, after it, and long after it.
    for (const ms of [0, 400, 1000, 5000]) {
      await pass(ms);
      peer.send(requestOf("GET /"));
      await settle();
      wanted.push(new Date(clock.wallTime()).toUTCString());
      dates.push(fieldOf(answersOf(peer).at(-1)!, "date"));
    }
    assert.deepEqual(dates, wanted);
    for (const date of dates) assert.match(String(date), /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
  });
});

test("what listens to a request's signal is that request's code, whoever aborts it", async () => {
  const cores: number[][] = [];
  const app = async (request: Request) => {
    const own = core();
    request.signal.addEventListener("abort", () => cores.push([own, core()]));
    await request.text();
    return new Response();
  };
  await withMemoryServer({ fetch: app }, async ({ sent, pass }) => {
    await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    await pass(BODY_IDLE_MS + LATE_MS);
    assert.deepEqual(cores.sort(), [[0, 0], [1, 1]]);
  });
});

test("an app that throws its signal's reason on, after its client's FIN, is not told of", async () => {
  const app = async ({ signal }: Request) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    signal.throwIfAborted();
    return new Response();
  };
  await withMemoryServer({ fetch: app }, async ({ sent, settle, heard }) => {
    const peer = await sent(requestOf("GET /"));
    peer.end();
    await settle();
    assert.deepEqual([answersOf(peer)[0]!.status, heard.errors], [500, []]);
  });
});

test("close() leaves no timer of the date's behind", async () => {
  const clocks: FakeClock[] = [];
  await withMemoryServer(hello, async ({ sent, clock }) => {
    await sent(requestOf("GET /"));
    assert.ok(clock.nextTimerMs < Infinity);
    clocks.push(clock);
  });
  assert.equal(clocks[0]!.nextTimerMs, Infinity);
});
