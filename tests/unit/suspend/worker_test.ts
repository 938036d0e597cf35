import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, FetchHandler, RequestContext, ServeOptions, StartResponse, YieldEnv } from "../../../mod.ts";
import { core, sleep, suspend } from "../../../src/suspend/calls.ts";
import { ChunkStream } from "../../../src/suspend/worker/chunk_stream.ts";
import { createWorkerEngine } from "../../../src/suspend/worker/engine.ts";
import { engineSuite } from "../../conformance/engine_suite.ts";
import { FakeThreads } from "../../support/fake_threads.ts";
import { Gate } from "../../support/gate.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

const MODULE = { kind: "module", path: "/app.mjs", directory: "/" } as const;

/** The suite's apps: its requests' names say which one it is. */
let log: string[] = [];
let steps = 0;
let sleepMs = 0;
const suiteApp: App = {
  kind: "fetch",
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "s") {
      log.push("s:before");
      await sleep(sleepMs);
      log.push("s:after");
    } else if (name === "f") {
      await suspend();
      throw new Error("as told");
    } else {
      for (let step = 1; name === "e" || step <= steps; step++) {
        log.push(`${name}:${step}`);
        await suspend();
      }
    }
    return new Response("done");
  },
};

engineSuite({
  name: "worker engine",
  create: (scheduler, clock) =>
    createWorkerEngine(scheduler, {
      threads: new FakeThreads(clock, () => suiteApp),
      // The suite's requests run at once.
      clock: { nextTurn: (callback) => callback() },
      held() {},
      most: 16,
      app: MODULE,
      env: null,
      sliceMs: 0,
      bodyMostBytes: 0,
      tell: assert.fail,
    }),
  stepping(given, count) {
    [log, steps] = [given, count];
    return MODULE;
  },
  sleeping(given, ms) {
    [log, sleepMs] = [given, ms];
    return MODULE;
  },
  failing: () => MODULE,
  endless(given) {
    log = given;
    return MODULE;
  },
});

/** A server whose threads run this app. */
async function withThreads(
  app: App | FetchHandler,
  options: ServeOptions,
  run: (served: ServedMemory & { readonly threads: FakeThreads }) => Promise<void>,
): Promise<void> {
  let threads: FakeThreads | null = null;
  await withMemoryServer(
    { module: "/app.mjs", async: 4, ...options },
    (served) => run({ ...served, threads: threads! }),
    (clock) => threads = new FakeThreads(clock, () => typeof app === "function" ? { kind: "fetch", fetch: app } : app),
  );
  assert.equal(threads!.alive, 0);
}

test("a thread's request has all that one of the main thread has", async () => {
  const seen: unknown[] = [];
  const app = async (request: Request, env: object, context: RequestContext) => {
    seen.push(
      request.method,
      request.url,
      [...request.headers],
      await request.text(),
      { ...env },
      context.remote.transport,
      context.core,
      core(),
    );
    return new Response("made", { status: 201, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-one", "1"]] });
  };
  await withThreads(app, { env: { HOME: "/here" } }, async ({ sent, server }) => {
    const peer = await sent(requestOf("POST /a?b=c", "body", "X-Two: 2", "x-two: 3"));
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.status, answer!.body], [201, "made"]);
    assert.match(peer.text, /set-cookie: a=1\r\nset-cookie: b=2\r\n/);
    assert.match(peer.text, /x-one: 1\r\n/);
    assert.deepEqual(seen, [
      ...["POST", "http://a/a?b=c", [["content-length", "4"], ["host", "a"], ["x-two", "2, 3"]], "body"],
      ...[{ HOME: "/here" }, "tcp", 0, 0],
    ]);
    assert.equal(server.engines.suspend, "worker");
  });
});

test("a yield app runs in a thread, slice by slice", async () => {
  const app: App = {
    kind: "yield",
    *application(env: YieldEnv, start: StartResponse) {
      start("200 OK", [["x-method", String(env.REQUEST_METHOD)]]);
      yield "one";
      yield "";
      yield new TextEncoder().encode("two");
    },
  };
  await withThreads(app, {}, async ({ sent, heard }) => {
    const [answer] = answersOf(await sent(requestOf("GET /")));
    assert.equal(answer!.body, "onetwo");
    assert.equal(heard.requests[0]!.switches, 3);
  });
});

test("bodies stream both ways, and no faster than they are taken", async () => {
  let pulled = 0;
  const app = (request: Request) => {
    if (request.method === "POST") return new Response(request.body);
    const pull = (controller: ReadableStreamDefaultController) => {
      if (pulled++ === 1000) controller.close();
      else controller.enqueue(new Uint8Array(10_000));
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  };
  await withThreads(app, { postBufferingBytes: 0 }, async ({ connect, settle }) => {
    const echo = await connect();
    echo.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
    await settle();
    assert.match(echo.text, /5\r\n01234\r\n$/);
    echo.send("56789");
    await settle();
    assert.equal(answersOf(echo, "POST")[0]!.body, "0123456789");
    const slow = await connect();
    slow.socket.pause();
    slow.send(requestOf("GET /"));
    await settle();
    assert.ok(pulled > 1 && pulled < 100, `${pulled} chunks were pulled for a client that takes none`);
    slow.socket.resume();
    await settle();
    assert.equal(answersOf(slow)[0]!.body.length, 10_000_000);
  });
});

test("a stream that fails, and a handler that does, end their requests alone", async () => {
  const app = (request: Request) => {
    if (request.url.endsWith("/throws")) throw new RangeError("out of it");
    let chunks = 0;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (chunks++ > 2) throw new TypeError("no more");
          controller.enqueue(new Uint8Array(3));
        },
      }),
    );
  };
  await withThreads(app, {}, async ({ sent, heard, server }) => {
    const throws = await sent(requestOf("GET /throws"));
    assert.equal(answersOf(throws)[0]!.status, 500);
    const cut = await sent(requestOf("GET /cut"));
    assert.doesNotMatch(cut.text, /\r\n0\r\n\r\n$/);
    assert.deepEqual(heard.errors.map(({ error, name }) => [String(error), name]), [
      ["RangeError: out of it", "GET /throws"],
      ["TypeError: no more", "GET /cut"],
    ]);
    assert.equal(server.stats().busy, 0);
  });
});

test("a client that goes aborts the signal in its thread, and cancels the stream", async () => {
  const events: string[] = [];
  const app = async (request: Request) => {
    request.signal.addEventListener("abort", () => events.push(`${request.url}: ${(request.signal.reason as Error).name}`));
    if (request.url.endsWith("/waits")) {
      await new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
    }
    return new Response(new ReadableStream({ pull: () => new Promise<void>(() => {}), cancel: () => void events.push("cancelled") }));
  };
  await withThreads(app, {}, async ({ sent, settle, server, heard }) => {
    const waits = await sent(requestOf("GET /waits"));
    const streams = await sent(requestOf("GET /streams"));
    assert.equal(server.stats().busy, 2);
    waits.socket.abort();
    streams.socket.abort();
    await settle();
    assert.deepEqual(events.sort(), ["cancelled", "http://a/streams: BrokenError", "http://a/waits: BrokenError"]);
    assert.deepEqual([server.stats().busy, heard.errors], [0, []]);
  });
});

test("harakiri ends the thread of its request alone, and replaces it", async () => {
  const gate = new Gate();
  const app = async (request: Request) => {
    if (request.url.endsWith("/stream")) {
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }));
    }
    if (request.url.endsWith("/quick")) return new Response("quick");
    await gate.opened;
    return new Response("late");
  };
  await withThreads(app, { harakiriMs: 1000 }, async ({ sent, pass, settle, threads, server, heard }) => {
    const stuck = await sent(requestOf("GET /stuck"));
    const stream = await sent(requestOf("GET /stream"));
    await pass(990);
    const patient = await sent(requestOf("GET /patient"));
    await pass(20);
    assert.equal(answersOf(stuck)[0]!.status, 504);
    assert.ok(stream.closed);
    assert.deepEqual(threads.started.map(({ gone }) => gone).slice(0, 3), [true, true, false]);
    const { busy, lost, harakiriCount } = server.stats();
    assert.deepEqual([busy, lost, harakiriCount, threads.alive, heard.errors], [1, 0, 2, 3, []]);
    stuck.send(requestOf("GET /quick"));
    gate.open();
    await settle();
    assert.deepEqual([answersOf(stuck)[1]!.body, answersOf(patient)[0]!.body], ["quick", "late"]);
  });
});

test("a thread that dies fails its request alone, and is replaced", async () => {
  const gate = new Gate();
  const app = async () => {
    await gate.opened;
    return new Response("fine");
  };
  await withThreads(app, {}, async ({ sent, settle, threads, server, heard }) => {
    const [dies, exits, other] = [
      await sent(requestOf("GET /dies")),
      await sent(requestOf("GET /exits")),
      await sent(requestOf("GET /other")),
    ];
    threads.started[0]!.die(new TypeError("of itself"));
    threads.started[1]!.die(null);
    await settle();
    assert.deepEqual([answersOf(dies)[0]!.status, answersOf(exits)[0]!.status, other.text], [500, 500, ""]);
    assert.match(
      heard.errors.map(({ error, name }) => `${name}: ${error}`).join("\n"),
      /GET \/dies: TypeError: of itself\nGET \/exits: Error: .*ended by itself/,
    );
    gate.open();
    await settle();
    assert.deepEqual([answersOf(other)[0]!.body, threads.alive, server.stats().busy], ["fine", 3, 0]);
    // One that is idle is not replaced.
    threads.started[2]!.die(null);
    await settle();
    assert.equal(threads.alive, 2);
  });
});

test("a request to a thread that has ended before it took it goes to another one, once, and not where its body has gone along", async () => {
  const begun: string[] = [];
  const app = (request: Request) => {
    begun.push(new URL(request.url).pathname);
    return new Response("fine");
  };
  await withThreads(app, { async: 2 }, async ({ sent, settle, threads, server, heard }) => {
    const dying = async (head: string, body?: string) => {
      const thread = threads.started.find(({ gone }) => !gone)!;
      thread.stuck = true;
      const peer = await sent(requestOf(head, body));
      thread.die(null);
      await settle();
      return answersOf(peer)[0]!;
    };
    assert.deepEqual([(await dying("GET /a")).body, begun, threads.started.length], ["fine", ["/a"], 2]);
    assert.deepEqual([(await dying("POST /b", "body")).status, begun], [500, ["/a"]]);
    assert.deepEqual([heard.errors.length, server.stats().busy], [1, 0]);
  });
});

test("a cancelled stream whose thread does not say that its loop turns loses the thread after a second", async () => {
  const app = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(5)) }));
  await withThreads(app, { async: 1 }, async ({ sent, pass, settle, threads, server, connect }) => {
    const streams = await connect();
    streams.socket.pause();
    streams.send(requestOf("GET /"));
    await settle();
    threads.started[0]!.stuck = true;
    streams.socket.abort();
    await settle();
    assert.equal(server.stats().busy, 0);
    const next = await sent(requestOf("HEAD /"));
    assert.equal(next.text, "", "its core is free, but not the thread");
    await pass(990);
    assert.equal(threads.started[0]!.gone, false);
    await pass(20);
    assert.deepEqual([threads.started[0]!.gone, answersOf(next, "HEAD")[0]!.status], [true, 200]);
  });
});

test("threads are started on demand, kept, and used again before others are started", async () => {
  const gate = new Gate();
  const app = async (request: Request) => {
    if (request.url.endsWith("/waits")) await gate.opened;
    return new Response("done");
  };
  await withThreads(app, { async: 3 }, async ({ sent, settle, threads }) => {
    assert.equal(threads.started.length, 1);
    for (let count = 0; count < 5; count++) await sent(requestOf("GET /quick"));
    assert.equal(threads.started.length, 1);
    const peers = [];
    for (let count = 0; count < 4; count++) peers.push(await sent(requestOf("GET /waits")));
    assert.equal(threads.started.length, 3);
    gate.open();
    await settle();
    for (const peer of peers) assert.equal(answersOf(peer)[0]!.body, "done");
    assert.deepEqual([threads.started.length, threads.alive], [3, 3]);
  });
});

test("serve() of a module that does not load rejects, and leaves no thread", async () => {
  const clocks: FakeThreads[] = [];
  const load = () => {
    throw new SyntaxError("unexpected end");
  };
  const serving = withMemoryServer({ module: new URL("file:///an%20app.mjs") }, () => assert.fail("it listens"), (clock) => {
    clocks.push(new FakeThreads(clock, load));
    return clocks[0]!;
  });
  await assert.rejects(serving, { name: "ConfigError", message: "unexpected end" });
  assert.deepEqual([clocks[0]!.started.length, clocks[0]!.alive], [1, 0]);
});

test("an app that does not load any more fails the requests that wait for its threads", async () => {
  let loads = 0;
  const gate = new Gate();
  const app: FetchHandler = async () => {
    await gate.opened;
    return new Response("done");
  };
  let threads: FakeThreads | null = null;
  const load = (): App => {
    if (loads++ > 0) throw new Error("gone from the disk");
    return { kind: "fetch", fetch: app };
  };
  await withMemoryServer({ module: "/app.mjs", async: 4 }, async ({ sent, settle, heard }) => {
    const first = await sent(requestOf("GET /first"));
    const second = await sent(requestOf("GET /second"));
    assert.equal(answersOf(second)[0]!.status, 500);
    assert.match(String(heard.errors[0]!.error), /gone from the disk/);
    gate.open();
    await settle();
    assert.equal(answersOf(first)[0]!.body, "done");
  }, (clock) => threads = new FakeThreads(clock, load));
  assert.equal(threads!.alive, 0);
});

test("the context works in a thread: waitUntil, limitBody, harakiri, detach", async () => {
  const gate = new Gate();
  const app = async (request: Request, _env: object, context: RequestContext) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/until") context.waitUntil(gate.opened.then(() => Promise.reject(new Error("in the background"))));
    if (pathname === "/limit") {
      assert.throws(() => context.limitBody(10_000), RangeError);
      context.limitBody(5);
      await request.text();
    }
    if (pathname === "/harakiri") {
      context.harakiri(0.5);
      await new Promise(() => {});
    }
    if (pathname === "/detach") {
      context.detach();
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) }));
    }
    return new Response("done");
  };
  await withThreads(app, { limitPostBytes: 1000, postBufferingBytes: 0 }, async ({ sent, pass, settle, server, heard, connect }) => {
    assert.equal(answersOf(await sent(requestOf("GET /until")))[0]!.body, "done");
    const long = await connect();
    long.send("POST /limit HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    await settle();
    assert.equal(answersOf(long, "POST")[0]!.status, 413);
    gate.open();
    await settle();
    assert.deepEqual(heard.errors.map(({ error, name }) => [String(error), name]), [["Error: in the background", "GET /until"]]);
    const late = await sent(requestOf("GET /harakiri"));
    await pass(600);
    assert.equal(answersOf(late)[0]!.status, 504);
    const detached = await sent(requestOf("GET /detach"));
    assert.match(detached.text, /200 OK/);
    assert.deepEqual([server.stats().busy, server.stats().offloaded], [0, 1]);
  });
});

test("harakiri of a request that waits for a thread costs no thread", async () => {
  const app = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(5)) }));
  await withThreads(app, { async: 1, harakiriMs: 500 }, async ({ sent, pass, settle, threads, connect, heard }) => {
    const streams = await connect();
    streams.socket.pause();
    streams.send(requestOf("GET /"));
    await settle();
    threads.started[0]!.stuck = true;
    streams.socket.abort();
    const peer = await sent(requestOf("GET /"));
    await pass(510);
    assert.deepEqual([answersOf(peer)[0]!.status, threads.alive, heard.errors], [504, 1, []]);
    threads.started[0]!.stuck = false;
    peer.send(requestOf("HEAD /"));
    await settle();
    assert.match(peer.text, /200 OK/);
    assert.equal(threads.started.length, 1);
  });
});

test("a client that goes while its request waits for a thread gives up its place, and no app runs for it", async () => {
  const paths: string[] = [];
  const app = (request: Request) => {
    paths.push(new URL(request.url).pathname);
    return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(5)) }));
  };
  await withThreads(app, { async: 1 }, async ({ sent, settle, threads, connect, heard, server }) => {
    const streams = await connect();
    streams.socket.pause();
    streams.send(requestOf("GET /streams"));
    await settle();
    threads.started[0]!.stuck = true;
    streams.socket.abort();
    const goes = await sent(requestOf("GET /goes"));
    assert.equal(server.stats().busy, 1);
    goes.socket.abort();
    await settle();
    assert.equal(server.stats().busy, 0);
    const stays = await sent(requestOf("HEAD /stays"));
    threads.started[0]!.stuck = false;
    await settle();
    assert.match(stays.text, /200 OK/);
    assert.deepEqual([paths, heard.errors, threads.started.length], [["/streams", "/stays"], [], 1]);
    assert.deepEqual(heard.requests.map(({ target }) => target), ["/streams", "/goes", "/stays"]);
  });
});

test("a client that goes just as a thread ends that has not taken its request is no other thread's", async () => {
  const paths: string[] = [];
  const app = (request: Request) => {
    paths.push(new URL(request.url).pathname);
    return new Response("here");
  };
  await withThreads(app, { async: 1 }, async ({ sent, settle, threads, connect, heard, server }) => {
    await sent(requestOf("GET /first"));
    threads.started[0]!.stuck = true;
    const goes = await connect();
    goes.send(requestOf("GET /goes"));
    await settle();
    goes.socket.abort();
    threads.started[0]!.die(null);
    await settle();
    assert.deepEqual([paths, server.stats().busy, heard.errors], [["/first"], 0, []]);
    assert.equal(answersOf(await sent(requestOf("GET /next")))[0]!.body, "here");
  });
});

test("an event stream keeps its thread past every harakiri, which is for who waits for it; one that the app ends gives it back", async () => {
  let end = () => {};
  const app = (request: Request) => {
    if (request.url.endsWith("/other")) return new Response("here");
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
      end = () => controller.close();
    };
    return new Response(new ReadableStream({ start }), { headers: { "content-type": "text/event-stream" } });
  };
  await withThreads(app, { async: 1, harakiriRoutes: [{ glob: "/*", ms: 500 }] }, async ({ sent, pass, settle, server }) => {
    const listens = await sent(requestOf("GET /events"));
    assert.equal(server.stats().busy, 0);
    await pass(510);
    const waits = await sent(requestOf("GET /other"));
    await pass(510);
    assert.equal(answersOf(waits)[0]!.status, 504);
    assert.match(listens.text, /data: 1/);
    assert.equal(server.stats().harakiriCount, 1);
    end();
    await settle();
    assert.equal(answersOf(await sent(requestOf("GET /other")))[0]!.body, "here");
  });
});

test("chunks and an end that come after a stream was cancelled, or has failed, are dropped", async () => {
  for (const late of [(stream: ChunkStream) => stream.push(new Uint8Array(3)), (stream: ChunkStream) => stream.end()]) {
    const reasons: unknown[] = [];
    const stream = new ChunkStream({ taken: () => assert.fail(), cancelled: (reason) => reasons.push(reason) });
    const reader = stream.readable.getReader();
    const read = reader.read();
    // It pulls, and waits.
    await Promise.resolve();
    await reader.cancel("gone");
    late(stream);
    assert.deepEqual([reasons, (await read).done], [["gone"], true]);
    const failed = new ChunkStream({ taken: () => assert.fail(), cancelled: assert.fail });
    const rejected = assert.rejects(failed.readable.getReader().read(), RangeError);
    failed.fail(new RangeError("lost"));
    late(failed);
    await rejected;
  }
});

test("a client that goes while a chunk of its stream is on its way ends nothing else", async () => {
  let send: ((bytes: number) => void) | null = null;
  const app = (request: Request) => {
    if (request.url.endsWith("/quick")) return new Response("quick");
    return new Response(new ReadableStream({ start: (controller) => void (send = (bytes) => controller.enqueue(new Uint8Array(bytes))) }));
  };
  await withThreads(app, { async: 1 }, async ({ sent, settle, threads, heard }) => {
    const streams = await sent(requestOf("GET /"));
    send!(3);
    await settle();
    assert.match(streams.text, /200 OK/);
    // Nobody has told the thread yet.
    threads.started[0]!.stuck = true;
    streams.socket.abort();
    await settle();
    send!(3);
    await settle();
    threads.started[0]!.stuck = false;
    await settle();
    assert.deepEqual([answersOf(await sent(requestOf("GET /quick")))[0]!.body, heard.errors, threads.started.length], ["quick", [], 1]);
  });
});

test("a request's body is read after its answer as on the main thread: what has come, or an error", async () => {
  const gate = new Gate();
  const bodies: string[] = [];
  const app = (request: Request, _env: object, context: RequestContext) => {
    if (request.method === "POST") {
      context.waitUntil(gate.opened.then(() => request.text()).then((text) => bodies.push(text), (error) => bodies.push(String(error))));
    }
    return new Response("done");
  };
  await withThreads(app, { async: 1, postBufferingBytes: 100_000 }, async ({ connect, settle, sent, heard }) => {
    const [whole, part] = [await connect(), await connect()];
    whole.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n");
    for (let piece = 0; piece < 3; piece++) {
      whole.send("x".repeat(10_000));
      await settle();
    }
    part.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await settle();
    assert.deepEqual([answersOf(whole)[0]!.body, answersOf(part)[0]!.body], ["done", "done"]);
    await sent(requestOf("GET /"));
    gate.open();
    await settle();
    assert.deepEqual(bodies.map((text) => text.slice(0, 60)).sort(), [
      "ClosedError: read a request's body: its answer is complete",
      "x".repeat(60),
    ]);
    assert.deepEqual(heard.errors, []);
  });
});

test("an app's own messages to whoever started its thread, and threads that cannot be had, do no harm", async () => {
  const gate = new Gate();
  const app = async (request: Request) => {
    if (request.url.endsWith("/waits")) await gate.opened;
    return new Response("done");
  };
  await withThreads(app, { async: 3 }, async ({ sent, settle, threads, heard }) => {
    for (const message of [null, undefined, 1, "ready", { type: "ready" }, { type: "answer" }, {}]) threads.started[0]!.say(message);
    const first = await sent(requestOf("GET /waits"));
    threads.failure = new Error("EAGAIN");
    const second = await sent(requestOf("GET /"));
    assert.deepEqual([second.text, heard.errors.map(({ error }) => String(error))], ["", ["Error: EAGAIN"]]);
    gate.open();
    await settle();
    assert.deepEqual([answersOf(first)[0]!.body, answersOf(second)[0]!.body], ["done", "done"]);
    threads.started[0]!.die(null);
    const third = await sent(requestOf("GET /"));
    assert.equal(answersOf(third)[0]!.status, 500);
    threads.failure = null;
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.body, "done");
  });
});

test("a thread that does not end costs its request's core until it does, and holds up no stop", async () => {
  const app = (request: Request) => request.url.endsWith("/stuck") ? new Promise<Response>(() => {}) : new Response("done");
  await withThreads(app, { async: 2, harakiriMs: 1000 }, async ({ sent, pass, settle, threads, server, heard }) => {
    const stuck = await sent(requestOf("GET /stuck"));
    const call = threads.started[0]!.call = new Gate();
    await pass(1010);
    assert.deepEqual([answersOf(stuck)[0]!.status, server.stats().busy, server.stats().lost], [504, 1, 1]);
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.body, "done");
    let closed = false;
    void server.close({ mercyMs: 0 }).then(() => closed = true);
    await pass(1000);
    const early = closed;
    await pass(1010);
    call.open();
    assert.deepEqual([early, closed, heard.errors.map(({ error }) => String(error))], [
      ...[false, true],
      ["BrokenError: end 1 thread: in a call of the system's that has not returned"],
    ]);
    await settle();
    assert.deepEqual([server.stats().busy, server.stats().lost], [0, 0]);
  });
});

test("harakiriLost: a thread that takes a while to end is not counted as lost for good, one that takes long is", async () => {
  const app = () => new Promise<Response>(() => {});
  await withThreads(app, { async: 2, harakiriMs: 1000, harakiriLost: 0 }, async ({ sent, pass, threads, server }) => {
    let isSpent = false;
    void server.spent.then(() => isSpent = true);
    for (const [tookMs, spends] of [[1500, false], [2500, true]] as const) {
      await sent(requestOf("GET /"));
      const call = threads.started.find(({ gone }) => !gone)!.call = new Gate();
      await pass(1001 + tookMs);
      assert.deepEqual([server.stats().lost, isSpent], [1, spends]);
      call.open();
      await pass(1);
      assert.equal(server.stats().lost, 0);
    }
  });
});

test("threads are started one a turn of the loop, which each of them may hold", async () => {
  const app = () => new Promise<Response>(() => {});
  await withThreads(app, { async: 4 }, async ({ connect, clock, threads, settle }) => {
    const peers = [await connect(), await connect(), await connect(), await connect()];
    const starts: number[] = [];
    const turn = clock.turn.bind(clock);
    clock.turn = () => {
      starts.push(threads.started.length);
      turn();
    };
    for (const peer of peers) peer.send(requestOf("GET /"));
    await settle();
    assert.equal(threads.started.length, 4);
    for (const [index, started] of starts.entries()) assert.ok(started - (starts[index - 1] ?? 1) <= 1, starts.join());
  });
});
