import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep, type StartResponse, type YieldEnv } from "../../mod.ts";
import { HIGH_WATER_MARK } from "../../src/contract/socket.ts";
import { countedPlatform } from "../support/counted_platform.ts";
import { Gate } from "../support/gate.ts";
import { pause, until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

/** The answer was out, and the error in the rest of its request's body asked for a second one: that ended the process. */
const unread: ReadonlyArray<readonly [string, string, boolean]> = [
  ["a bad chunk size", "g\r\n", false],
  ["a bad trailer", "1\r\na\r\n0\r\nA b: c\r\n\r\n", false],
  ["a FIN", "5\r\nab", true],
  ["more than is thrown away", `11170\r\n${"x".repeat(70_000)}\r\n0\r\n\r\n`, false],
  ["silence", "5\r\nab", false],
];

for (const [what, body, fin] of unread) {
  test(`an answered request whose unread body ends in ${what}: no second answer, and the server lives`, LIMIT, async () => {
    // Only silence is to meet this deadline, and not whatever is slow to be sent.
    const bodyIdleMs = what === "silence" ? 500 : 30_000;
    await withServer({ fetch: () => new Response("done"), timeouts: { bodyIdleMs } }, async ({ connect, exchange, heard }) => {
      const client = await connect();
      client.send(CHUNKED);
      await until(() => client.text.endsWith("done"));
      client.send(body);
      if (fin) client.end();
      await until(() => client.ended || client.closed);
      assert.match(client.text, /^HTTP\/1\.1 200 [^]*done$/);
      assert.equal(client.errorCode, null);
      assert.match(await exchange(get("/", CLOSE)), /done$/);
      assert.deepEqual(heard.errors, []);
      client.destroy();
    });
  });
}

/** Answers to skipped bodies went past the high-water mark: 300 of 1 MB for a client that reads nothing. */
test("pipelined requests with unread bodies: a client that reads no answer gets no more made", LIMIT, async () => {
  let made = 0;
  const answer = "x".repeat(1_000_000);
  const fetch = () => {
    made++;
    return new Response(answer);
  };
  await withServer({ fetch }, async ({ connect }) => {
    const client = await connect();
    client.pause();
    client.send(`${CHUNKED}1\r\na\r\n0\r\n\r\n`.repeat(300));
    await until(() => made > 0);
    await pause(300);
    assert.ok(made < 30, `${made} answers`);
    client.reset();
  });
});

/** A sleep that came due ran the next slice of an app whose client had taken nothing. */
test("a yield app that sleeps and yields waits for its client all the same", LIMIT, async () => {
  let made = 0;
  function* application(_env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    for (;;) {
      void sleep(1);
      made++;
      yield "x".repeat(1_000_000);
    }
  }
  await withServer({ application }, async ({ connect }) => {
    const client = await connect();
    client.pause();
    client.send(get("/"));
    await until(() => made > 0);
    await pause(500);
    assert.ok(made < 30, `${made} chunks`);
    client.reset();
  });
});

/** Deno's writes leave later: 181 of 400 chunks had another chunk's bytes. */
test("a yield app may refill its buffer as soon as it goes on", LIMIT, async () => {
  function* application(_env: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    const buffer = new Uint8Array(10_000);
    for (let count = 0; count < 400; count++) yield buffer.fill(65 + count % 26);
  }
  await withServer({ application }, async ({ url }) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    assert.equal(bytes.length, 4_000_000);
    for (let index = 0; index < bytes.length; index += 1000) assert.equal(bytes[index], 65 + Math.floor(index / 10_000) % 26);
  });
});

/** The keep-alive deadline of the time before the request found bytes unsent, and took them for a stall. */
test("a deadline of an earlier state does not end an answer under way", LIMIT, async () => {
  const body = () =>
    new ReadableStream<Uint8Array>({
      async start(controller) {
        for (let count = 0; count < 184; count++) controller.enqueue(new Uint8Array(16_384));
        await pause(2400);
        controller.close();
      },
    });
  await withServer({ fetch: () => new Response(body()), timeouts: { keepAliveMs: 800, writeStallMs: 30_000 } }, async ({ connect }) => {
    const client = await connect();
    client.pause();
    client.send(get("/", CLOSE));
    await pause(1600);
    client.resume();
    await until(() => client.ended || client.closed);
    assert.equal(client.errorCode, null);
    assert.ok(client.text.endsWith("0\r\n\r\n"));
    client.destroy();
  });
});

/** A body that the app had cancelled was waited for, and its silence answered with 408 while the app worked on. */
test("a client that stops sending what the app has cancelled gets the app's answer", LIMIT, async () => {
  const fetch = async (request: Request) => {
    await request.body?.cancel();
    await pause(500);
    return new Response("mine");
  };
  await withServer({ fetch, timeouts: { bodyIdleMs: 150 }, limitPostBytes: 1_000_000 }, async ({ exchange }) => {
    assert.match(await exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nabc"), /^HTTP\/1\.1 200 [^]*mine$/);
  });
});

/** A stream whose head had left before the stop said keep-alive, and its idle connection held the stop until its mercy's end. */
test("close(): a stream that was under way does not leave an idle connection behind", LIMIT, async () => {
  const rest = new Gate();
  const body = () =>
    new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new Uint8Array([46]));
        await rest.opened;
        controller.close();
      },
    });
  await withServer({ fetch: () => new Response(body()), timeouts: { lingerIdleMs: 200 } }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => client.text.includes("."));
    const from = performance.now();
    const closing = server.close({ mercyMs: 30_000 });
    // Past the grace in which idle connections are closed.
    await pause(900);
    rest.open();
    assert.equal(await closing, 0);
    assert.ok(performance.now() - from < 20_000, `${performance.now() - from} ms`);
    assert.ok(client.text.endsWith("0\r\n\r\n"));
    client.destroy();
  });
});

/** Quiet meant sockets alone: a handler whose client had gone, and what it hands to waitUntil, was cut off. */
test("close() waits for a handler whose client has gone, and for what it hands to waitUntil", LIMIT, async () => {
  const log: string[] = [];
  const work = new Gate();
  const app = {
    kind: "fetch",
    fetch: async (_request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }) => {
      await work.opened;
      log.push("handled");
      context.waitUntil(pause(300).then(() => log.push("afterwards")));
      return new Response("nobody");
    },
  } as const;
  await withServer({ app }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => server.stats().busy === 1);
    client.reset();
    await until(() => server.stats().connections === 0);
    const closing = server.close({ mercyMs: 30_000 });
    setTimeout(() => work.open(), 300);
    await closing;
    assert.deepEqual(log, ["handled", "afterwards"]);
  });
});

/** What an app throws in clearing up was swallowed, and so was all that it threw once its client had gone. */
test("an app that throws in cancel, in finally, or after its client's reset: that request alone fails, and is told", LIMIT, async () => {
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(10));
  const gone = ({ signal }: Request) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
    "/cancel": () => new Response(new ReadableStream({ pull, cancel: () => Promise.reject(new Error("in cancel")) })),
    "/late": async (request) => {
      await gone(request);
      throw new Error("after the reset");
    },
    "/reason": async (request) => {
      await gone(request);
      throw request.signal.reason;
    },
    "/hello": () => new Response("hello"),
  };
  await withServer(
    { fetch: (request) => routes[new URL(request.url).pathname]!(request) },
    async ({ connect, exchange, heard, server }) => {
      const clients = await Promise.all(["/cancel", "/late", "/reason"].map(async (target) => {
        const client = await connect();
        client.send(get(target));
        return client;
      }));
      await until(() => server.stats().busy === 3 && clients[0]!.received > 1000);
      for (const client of clients) client.reset();
      await until(() => heard.requests.length === 3 && server.stats().busy === 0);
      await until(() => heard.errors.length === 2);
      assert.match(await exchange(get("/hello", CLOSE)), /hello$/);
      const told = heard.errors.map(({ error, name }) => `${name}: ${(error as Error).message}`).sort();
      assert.deepEqual(told, ["GET /cancel: in cancel", "GET /late: after the reset"]);
    },
  );
});

test("a yield app that throws in finally: that request alone fails, and is told", LIMIT, async () => {
  function* application({ PATH_INFO }: YieldEnv, startResponse: StartResponse) {
    startResponse("200 OK", []);
    if (PATH_INFO === "/hello") {
      yield "hello";
      return;
    }
    try {
      for (;;) yield "x".repeat(1000);
    } finally {
      // deno-lint-ignore no-unsafe-finally -- an app may.
      throw new Error("in finally");
    }
  }
  await withServer({ application }, async ({ connect, exchange, heard, server }) => {
    const client = await connect();
    client.send(get("/finally"));
    await until(() => client.received > 10_000);
    client.reset();
    await until(() => heard.errors.length === 1 && server.stats().busy === 0);
    assert.deepEqual([heard.errors[0]!.name, (heard.errors[0]!.error as Error).message], ["GET /finally", "in finally"]);
    assert.match(await exchange(get("/hello", CLOSE)), /\r\nhello\r\n0\r\n\r\n$/);
  });
});

test(
  "a handler that never settles after its client left: its signal is aborted once, and its core stays busy and is shown",
  LIMIT,
  async () => {
    let aborts = 0;
    const fetch = (request: Request) => {
      if (request.method === "GET") return new Response("hello");
      request.signal.addEventListener("abort", () => aborts++);
      return new Promise<Response>(() => {});
    };
    await withServer({ fetch, async: 2 }, async ({ connect, exchange, server, heard }) => {
      const client = await connect();
      client.send("PUT /never HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
      await until(() => server.stats().busy === 1);
      client.reset();
      await until(() => server.stats().connections === 0);
      for (let count = 0; count < 3; count++) {
        await pause(100);
        assert.match(await exchange(get("/", CLOSE)), /hello$/);
      }
      const { busy, cores } = server.stats();
      const [{ inRequest, state, request }, other] = cores;
      assert.deepEqual([aborts, busy, inRequest, state, other!.inRequest], [1, 1, true, "waiting", false]);
      assert.deepEqual([request?.method, request?.target], ["PUT", "/never"]);
      assert.ok(request!.ageMs >= 290, `${request!.ageMs} ms`);
      assert.deepEqual(heard.requests.map(({ target }) => target), ["/", "/", "/"]);
    });
  },
);

test("an upload of 8 MiB to a handler that does not read: a high-water mark or so is taken, and the window closes", LIMIT, async () => {
  const bytes = 8 * 1024 * 1024;
  const read = new Gate();
  const fetch = async (request: Request) => {
    await read.opened;
    return new Response(String((await request.bytes()).length));
  };
  const { platform, taken } = await countedPlatform();
  await withServer({ fetch, platform, limitPostBytes: bytes }, async ({ connect, server }) => {
    const client = await connect();
    const head = `PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`;
    client.send(head);
    client.send(new Uint8Array(bytes));
    await until(() => server.stats().busy === 1 && client.accepted > bytes / 64);
    let before: number;
    do {
      before = client.accepted;
      await pause(200);
    } while (client.accepted > before);
    await pause(300);
    assert.ok(taken() <= head.length + 2 * HIGH_WATER_MARK, `${taken()} bytes were taken`);
    // What the kernels hold between: up to some megabytes on loopback.
    assert.ok(client.accepted === before && before < bytes, `the window took ${client.accepted} bytes, and ${before} before`);
    read.open();
    await until(() => client.ended);
    assert.match(client.text, /^HTTP\/1\.1 200 [^]*8388608$/);
    assert.equal(taken(), head.length + bytes);
    client.destroy();
  });
});

test("close() a second time with a shorter mercy hastens the first, which counts what is lost", LIMIT, async () => {
  await withServer({ fetch: () => new Promise<Response>(() => {}) }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => server.stats().busy === 1);
    const first = server.close({ mercyMs: 10_000 });
    assert.equal(await server.close({ mercyMs: 100 }), 1);
    assert.equal(await first, 1);
    client.destroy();
  });
});
