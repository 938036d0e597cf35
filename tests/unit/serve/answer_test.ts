import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestContext, RequestRecord, StartResponse, YieldEnv } from "../../../mod.ts";
import type { CoreTask } from "../../../src/contract/engine.ts";
import { currentCore } from "../../../src/core/current.ts";
import { LightResponse } from "../../../src/http/light_response.ts";
import { core, sleep, suspend } from "../../../src/suspend/calls.ts";
import { Gate } from "../../support/gate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

/** Until a body of which nothing comes is too slow. */
const BODY_MS = 5000;
const LATE_MS = 1;

/** A native Response is a stream on some runtimes, and leaves whole only if it is small; this one leaves whole on each. */
const whole = (body: string) => new LightResponse(body) as unknown as Response;

/** Reads no request's body. */
const hello = { fetch: () => new Response("hello") };

const FAILURES: ReadonlyArray<readonly [what: string, app: () => Response | Promise<Response>]> = [
  ["throws", () => {
    throw new Error("secret");
  }],
  ["rejects", () => Promise.reject(new Error("secret"))],
  ["throws no Error", () => {
    // deno-lint-ignore no-throw-literal -- an app may.
    throw "secret";
  }],
  ["gives no Response", () => "secret" as unknown as Response],
  ["gives a used Response", async () => {
    const response = new Response("secret");
    await response.text();
    return response;
  }],
];

for (const [what, fetch] of FAILURES) {
  test(`respond() of an app that ${what}: a 500 that tells nothing, the error told with its request, the connection kept`, async () => {
    await withMemoryServer({ fetch }, async ({ sent, server, heard }) => {
      const peer = await sent(requestOf("GET /a") + requestOf("GET /b"));
      const answers = answersOf(peer);
      assert.deepEqual(answers.map(({ status, body }) => [status, body]), Array(2).fill([500, "Internal Server Error"]));
      assert.equal(peer.text.includes("secret"), false);
      assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /a", "GET /b"]);
      assert.deepEqual([server.stats().exceptions, server.stats().busy, peer.ended], [2, 0, false]);
    });
  });
}

test("respond() of an app whose content-length is not its body's: a 500 that tells nothing, the error told, the connection ended", async () => {
  const fetch = () => new Response("secret", { headers: { "content-length": "5" } });
  await withMemoryServer({ fetch }, async ({ sent, server, heard }) => {
    const peer = await sent(requestOf("GET /a") + requestOf("GET /b"));
    const answers = answersOf(peer);
    assert.deepEqual(answers.map(({ status, body }) => [status, body]), [[500, "Internal Server Error"]]);
    assert.equal(fieldOf(answers[0]!, "connection"), "close");
    assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /a"]);
    assert.deepEqual([server.stats().exceptions, server.stats().busy, peer.ended], [1, 0, true]);
  });
});

test("respond() to HEAD, and with 204 and 304: no body, and the next answer stands right behind", async () => {
  const fetch = (request: Request) => {
    const status = Number(new URL(request.url).pathname.slice(1));
    return status === 200 ? whole("hello") : new Response(null, { status });
  };
  await withMemoryServer({ fetch }, async ({ sent }) => {
    const peer = await sent(requestOf("HEAD /200") + requestOf("GET /204") + requestOf("GET /304") + requestOf("GET /200"));
    const answers = answersOf(peer, "HEAD");
    assert.deepEqual(answers.map(({ status, body }) => [status, body]), [[200, ""], [204, ""], [304, ""], [200, "hello"]]);
    assert.deepEqual(answers.map((answer) => fieldOf(answer, "content-length")), ["5", null, null, "5"]);
  });
});

test("respond() with a large body sends all of it, with its length", async () => {
  await withMemoryServer({ fetch: () => whole("\u00e9".repeat(200_000)) }, async ({ sent }) => {
    const [answer] = answersOf(await sent(requestOf("GET /")));
    assert.deepEqual([fieldOf(answer!, "content-length"), answer!.body.length], ["400000", 400_000]);
  });
});

for (const kind of ["fetch", "yield"] as const) {
  test(`after its answer a ${kind} app's task has let go of the request, and what it left running gives way and sleeps on`, async () => {
    const over = new Gate();
    const seen: unknown[] = [];
    const leave = (): void => {
      const task = currentCore()!;
      seen.push(task.request !== null);
      void (async () => {
        await over.opened;
        seen.push(currentCore() === task, task.request, core());
        await suspend();
        await sleep(5);
        seen.push("on");
      })();
    };
    const fetch = () => {
      leave();
      return whole("hello");
    };
    const application = function* (_env: YieldEnv, startResponse: StartResponse) {
      leave();
      startResponse("200 OK", []);
      yield "hello";
    };
    await withMemoryServer(kind === "fetch" ? { fetch } : { application }, async ({ sent, pass, server }) => {
      assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 200);
      over.open();
      await pass(0);
      await pass(10);
      assert.deepEqual(seen, [true, true, null, 0, "on"]);
      assert.equal(server.stats().busy, 0);
    });
  });
}

test("a task tells its request's name after its answer too, until its core begins another one", async () => {
  const tasks: CoreTask[] = [];
  const fetch = () => {
    tasks.push(currentCore()!);
    return whole("hello");
  };
  const names = () =>
    tasks.map(({ requestName }) => requestName && `${requestName.method} ${requestName.target} on core ${requestName.core}`);
  await withMemoryServer({ fetch }, async ({ sent }) => {
    await sent(requestOf(`PUT /${"a".repeat(200)}`));
    assert.deepEqual(names(), [`PUT /${"a".repeat(127)} on core 0`]);
    await sent(requestOf("GET /b"));
    assert.deepEqual(names(), [null, "GET /b on core 0"]);
  });
});

test("a task's name while its request runs is the whole of it, whatever another one does", async () => {
  const gate = new Gate();
  const seen: unknown[] = [];
  const fetch = async () => {
    const task = currentCore()!;
    await gate.opened;
    seen.push(task.requestName?.target);
    return whole("hello");
  };
  const long = `/${"a".repeat(200)}`;
  await withMemoryServer({ fetch }, async ({ sent, settle }) => {
    await sent(requestOf(`GET ${long}`));
    await sent(requestOf("GET /b"));
    gate.open();
    await settle();
    assert.deepEqual(seen, [long, "/b"]);
  });
});

test("respond() to a client that has gone cancels the response's stream", async () => {
  const answer = new Gate();
  let cancelled = 0;
  const fetch = async () => {
    await answer.opened;
    return new Response(new ReadableStream({ cancel: () => void cancelled++ }));
  };
  await withMemoryServer({ fetch }, async ({ sent, settle, server, heard }) => {
    const peer = await sent(requestOf("GET /"));
    peer.reset();
    await settle();
    assert.deepEqual([cancelled, server.stats().busy], [0, 1]);
    answer.open();
    await settle();
    assert.deepEqual([cancelled, server.stats().busy, heard.requests], [1, 0, [
      { target: "/", status: 0, switches: 0, aborted: true, core: 0 },
    ]]);
  });
});

test("respond() to a client that has gone tells what the response's cancel rejects with", async () => {
  const answer = new Gate();
  const fetch = async () => {
    await answer.opened;
    return new Response(new ReadableStream({ cancel: () => Promise.reject(new Error("in cancel")) }));
  };
  await withMemoryServer({ fetch }, async ({ sent, settle, heard }) => {
    (await sent(requestOf("GET /a"))).reset();
    answer.open();
    await settle();
    assert.deepEqual(heard.errors.map(({ error, name }) => [(error as Error).message, name]), [["in cancel", "GET /a"]]);
  });
});

/** What apps throw once their client has gone, and whether that is news. */
const LATE: ReadonlyArray<readonly [what: string, isNews: boolean, fail: (request: Request) => unknown]> = [
  ["an error of its own", true, () => new Error("no one to answer")],
  ["what wraps its signal's reason", true, ({ signal }) => new Error("upstream", { cause: signal.reason })],
  ["its signal's reason", false, ({ signal }) => signal.reason],
  ["an AbortError", false, () => new DOMException("This operation was aborted", "AbortError")],
  ["its body's end", false, (request) => request.text().catch((error: unknown) => error)],
];

for (const [what, isNews, fail] of LATE) {
  test(`fail() with ${what} for a client that has gone: ${isNews ? "told" : "no news"}, and the core comes back`, async () => {
    const answer = new Gate();
    const fetch = async (request: Request): Promise<Response> => {
      await answer.opened;
      throw await fail(request);
    };
    await withMemoryServer({ fetch, postBufferingBytes: 0 }, async ({ sent, settle, server, heard }) => {
      (await sent("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")).reset();
      await settle();
      answer.open();
      await settle();
      assert.deepEqual(heard.errors.map(({ name }) => name), isNews ? ["POST /a"] : []);
      assert.deepEqual([server.stats().exceptions, server.stats().busy, heard.requests.length], [isNews ? 1 : 0, 0, 1]);
    });
  });
}

test("fail() with an AbortError for a client that is there: a 500, and told", async () => {
  const fetch = () => Promise.reject(new DOMException("an upstream's timeout", "AbortError"));
  await withMemoryServer({ fetch }, async ({ sent, heard }) => {
    assert.equal(answersOf(await sent(requestOf("GET /a")))[0]!.status, 500);
    assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /a"]);
  });
});

test("the observer hears what was sent, and how long it took", async () => {
  const records: RequestRecord[] = [];
  const answer = new Gate();
  const fetch = async () => {
    await answer.opened;
    return new Response("hello", { status: 201 });
  };
  await withMemoryServer({ fetch, observer: { request: (record) => records.push(record) } }, async ({ sent, pass, settle, server }) => {
    const peer = await sent(requestOf("PUT /a?b", "xyz", "Referer: here"));
    await pass(1500);
    answer.open();
    await settle();
    const [{ method, target, protocol, status, bodyBytes, headBytes, requestFields, fields, durationMs, field }] = records as [
      RequestRecord,
    ];
    assert.deepEqual({ method, target, protocol, status, bodyBytes, durationMs }, {
      method: "PUT",
      target: "/a?b",
      protocol: "HTTP/1.1",
      status: 201,
      bodyBytes: 5,
      durationMs: 1500,
    });
    assert.deepEqual([headBytes + bodyBytes, fields], [peer.text.length, answersOf(peer)[0]!.fields.length]);
    assert.deepEqual([requestFields, field("referer"), field("nothing"), server.stats().tx], [3, "here", null, peer.text.length]);
  });
});

test("respond() before a small body is in: the rest is skipped, and the next request is served", async () => {
  await withMemoryServer({ ...hello, postBufferingBytes: 0 }, async ({ sent, settle, heard }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
    assert.equal(fieldOf(answersOf(peer)[0]!, "connection"), null);
    peer.send("x".repeat(60_000) + requestOf("GET /next"));
    await settle();
    assert.deepEqual(answersOf(peer).map(({ status }) => status), [200, 200]);
    assert.deepEqual(heard.requests.map(({ target }) => target), ["/", "/next"]);
  });
});

test("respond() before a body that is not worth waiting for: Connection: close, and FIN", async () => {
  await withMemoryServer({ ...hello, postBufferingBytes: 0 }, async ({ sent }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n");
    assert.deepEqual([fieldOf(answersOf(peer)[0]!, "connection"), peer.ended, peer.errorCode], ["close", true, null]);
  });
});

for (
  const [what, rest] of [["goes on past 64 KiB", "8000\r\n" + "x".repeat(32_768) + "\r\n"], ["is malformed", "no chunk\r\n"]] as const
) {
  test(`respond() before a chunked body that ${what}: FIN, and no second answer`, async () => {
    await withMemoryServer(hello, async ({ sent, settle }) => {
      const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      assert.equal(peer.ended, false);
      peer.send(rest.repeat(3));
      await settle();
      assert.deepEqual([answersOf(peer).length, peer.ended, peer.errorCode], [1, true, null]);
    });
  });
}

test("respond() before a body that does not come: FIN after 5 s, and no second answer", async () => {
  await withMemoryServer({ ...hello, postBufferingBytes: 0 }, async ({ sent, pass, heard }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    await pass(BODY_MS - 1);
    assert.equal(peer.ended, false);
    await pass(1 + LATE_MS);
    assert.deepEqual([answersOf(peer).length, peer.ended, heard.refused], [1, true, [408]]);
  });
});

/** Reads its body when the gate opens. */
function lateReader() {
  const read = new Gate();
  const fetch = async (request: Request) => {
    await read.opened;
    return new Response(await request.text());
  };
  return { fetch, read };
}

const expecting = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

test("100 Continue is sent when the app first reads, however late, and once", async () => {
  const { fetch, read } = lateReader();
  await withMemoryServer({ fetch }, async ({ sent, pass, settle }) => {
    const peer = await sent(expecting);
    await pass(10 * BODY_MS);
    assert.deepEqual([peer.text, peer.ended], ["", false]);
    read.open();
    await settle();
    assert.equal(peer.text, "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("a");
    await settle();
    peer.send("b");
    await settle();
    assert.deepEqual(answersOf(peer).map(({ status, body }) => [status, body]), [[100, ""], [200, "ab"]]);
  });
});

test("100 Continue begins the body's 5 s", async () => {
  const { fetch, read } = lateReader();
  await withMemoryServer({ fetch }, async ({ sent, pass, settle }) => {
    const peer = await sent(expecting);
    await pass(20_000);
    read.open();
    await settle();
    await pass(BODY_MS - 1);
    assert.deepEqual(answersOf(peer).map(({ status }) => status), [100]);
    await pass(1 + LATE_MS);
    assert.deepEqual(answersOf(peer).map(({ status }) => status), [100, 408]);
  });
});

test("100 Continue is not sent to a client that did not wait for it, nor to one of HTTP/1.0", async () => {
  const { fetch, read } = lateReader();
  read.open();
  await withMemoryServer({ fetch }, async ({ sent }) => {
    for (const request of [expecting, expecting.replace("HTTP/1.1", "HTTP/1.0")]) {
      assert.deepEqual(answersOf(await sent(request + "ab")).map(({ status, body }) => [status, body]), [[200, "ab"]]);
    }
  });
});

test("respond() to a client that waits for 100 Continue, without reading: no 100, and the connection ends", async () => {
  await withMemoryServer(hello, async ({ sent }) => {
    const peer = await sent(expecting);
    assert.deepEqual(answersOf(peer).map((answer) => [answer.status, fieldOf(answer, "connection")]), [[200, "close"]]);
    assert.equal(peer.ended, true);
  });
});

test("respond() after the body was cancelled: nothing more of it is read, and the connection ends", async () => {
  const answer = new Gate();
  const fetch = async (request: Request) => {
    await request.body!.cancel();
    await answer.opened;
    return new Response("enough");
  };
  await withMemoryServer({ fetch }, async ({ sent, settle, pass }) => {
    const peer = await sent("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    peer.send("x".repeat(1_000_000));
    await pass(2 * BODY_MS);
    assert.deepEqual([peer.text, peer.socket.unsent > 800_000], ["", true]);
    answer.open();
    await settle();
    assert.deepEqual(answersOf(peer).map((answer) => [answer.body, fieldOf(answer, "connection")]), [["enough", "close"]]);
    assert.deepEqual([peer.ended, peer.errorCode], [true, null]);
  });
});

test("waitUntil(): what rejects is told with its request, and costs the answer nothing", async () => {
  const fetch = (_request: Request, _env: unknown, context: RequestContext) => {
    context.waitUntil(Promise.reject(new Error("later")));
    return new Response("ok");
  };
  await withMemoryServer({ fetch }, async ({ sent, heard }) => {
    assert.equal(answersOf(await sent(requestOf("GET /a")))[0]!.status, 200);
    assert.deepEqual(heard.errors.map(({ error, name }) => [(error as Error).message, name]), [["later", "GET /a"]]);
  });
});
