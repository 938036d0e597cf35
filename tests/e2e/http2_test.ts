/** HTTP/2, which comes with the loop engines of Node and Deno, over TLS and in clear text. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http2 from "node:http2";
import type { FetchHandler, ServeOptions } from "../../mod.ts";
import { createIdentity } from "../support/certificate.ts";
import { OWN_LOOP } from "../support/loops.ts";
import { FRAME, frame, headOf, RawHttp2 } from "../support/raw_http2.ts";
import { RawClient } from "../support/raw_client.ts";
import { pause, until, withServer } from "../support/served.ts";
import type { Served } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const NO_HTTP2 = OWN_LOOP === "bun-serve" ? "deviation: bun-serve speaks HTTP/1.1 alone" : null;
const NODE_ALONE = OWN_LOOP === "node-http" ? null : `deviation: ${OWN_LOOP} has bounds of its own there`;
const DENO_CLIENT = OWN_LOOP === "deno-serve"
  ? "deviation: Deno's node:http2 client drops its streams at GOAWAY (2.9.6); curl gets them"
  : null;
const IDENTITY = createIdentity();

/** What one stream came to. */
interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly rstCode: number;
}

/** A server, and how it is asked. */
interface AskedBy extends Served {
  readonly secure: boolean;
  /** Of the listener. */
  readonly port: number;
}

/** Registers a test of a fetch app that is asked over HTTP/2, twice: over TLS, and in clear text. */
function testHttp2(
  reason: string | null,
  name: string,
  fetch: FetchHandler,
  run: (session: http2.ClientHttp2Session, served: AskedBy) => Promise<void>,
  options: ServeOptions = {},
): void {
  for (const secure of [true, false]) {
    testUnless(reason, `${name} (${secure ? "over TLS" : "in clear text"})`, async () => {
      await withServer({ fetch, https: "127.0.0.1:0", tls: IDENTITY, loop: OWN_LOOP, ...options }, async (served) => {
        const port = Number(new URL(served.server.urls[secure ? 1 : 0]!).port);
        const session = http2.connect(`${secure ? "https" : "http"}://localhost:${port}`, { rejectUnauthorized: false });
        session.on("error", () => {});
        try {
          await run(session, { ...served, secure, port });
        } finally {
          session.destroy();
        }
      });
    }, 60_000);
  }
}

function ask(session: http2.ClientHttp2Session, path: string, body: Uint8Array | null = null): Promise<Answer> {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": path, ":method": body === null ? "GET" : "POST" }, { endStream: body === null });
    let headers: http2.IncomingHttpHeaders = {};
    const chunks: Uint8Array[] = [];
    stream.on("response", (given) => headers = given);
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("error", () => {});
    stream.on("close", () => {
      const status = Number((headers as Record<string, unknown>)[":status"] ?? 0);
      resolve({ status, headers, body: Buffer.concat(chunks), rstCode: stream.rstCode ?? 0 });
    });
    if (body !== null) stream.end(body);
  });
}

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

testHttp2(
  NO_HTTP2,
  "HTTP/2: requests, bodies both ways, HEAD, cookies and errors are those of HTTP/1.1",
  (request, _env, { remote }) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new Error("thrown");
    if (pathname === "/cookies") return new Response(null, { status: 204, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
    if (request.method === "POST") return new Response(request.body);
    return new Response(`${request.url} ${remote.transport}`, { headers: { "x-a": "1", connection: "close" } });
  },
  async (session, { heard, secure, port }) => {
    const hello = await ask(session, "/hello?a");
    assert.equal(hello.status, 200);
    assert.equal(hello.body.toString(), `${secure ? "https" : "http"}://localhost:${port}/hello?a tcp`);
    assert.equal(hello.headers["x-a"], "1");
    const body = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const echo = await ask(session, "/echo", body);
    assert.equal(hash(echo.body), hash(body));
    assert.deepEqual((await ask(session, "/cookies")).headers["set-cookie"], ["a=1", "b=2"]);
    assert.equal((await ask(session, "/throw")).status, 500);
    const many = await Promise.all(Array.from({ length: 300 }, (_, index) => ask(session, `/${index}`)));
    assert.ok(many.every(({ status }) => status === 200));
    await until(() => heard.requests.length === 304);
  },
  { limitPostBytes: 4_000_000 },
);

testHttp2(
  NO_HTTP2,
  "HTTP/2: a client without it is served in HTTP/1.1 on the same port",
  () => new Response("hello"),
  async (session, { secure, port }) => {
    assert.equal((await ask(session, "/")).status, 200);
    const address = { transport: "tcp", hostname: "127.0.0.1", port } as const;
    const client = secure ? await RawClient.connectTls(address) : await RawClient.connect(address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => client.text.endsWith("hello"));
    assert.match(client.text, /^HTTP\/1\.1 200 /);
    client.destroy();
  },
);

testHttp2(NO_HTTP2, "HTTP/2: streams wait for a core, and past the wait queue get a 503", async () => {
  await gate;
  return new Response("through");
}, async (session, { server }) => {
  gate = new Promise<void>((resolve) => openGate = resolve);
  const answers: Answer[] = [];
  for (let index = 0; index < 10; index++) ask(session, `/${index}`).then((answer) => answers.push(answer));
  await until(() => answers.length === 6);
  assert.ok(answers.every(({ status, headers }) => status === 503 && headers["retry-after"] === "1"));
  assert.deepEqual([server.stats().busy, server.stats().queued], [2, 2]);
  openGate();
  await until(() => answers.length === 10);
  assert.ok(answers.slice(6).every(({ status, body }) => status === 200 && body.toString() === "through"));
}, { async: 2, queue: 2 });

let openGate = () => {};
let gate = Promise.resolve();

testHttp2(
  NO_HTTP2,
  "HTTP/2: a stream that its client resets aborts its request once; --harakiri resets one that has begun, and no other",
  async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/stream") return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }));
    if (pathname === "/quick") return new Response("quick");
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    throw request.signal.reason;
  },
  async (session, { server, heard }) => {
    const slow = session.request({ ":path": "/slow" });
    slow.on("error", () => {});
    await until(() => server.stats().busy === 1);
    slow.close(http2.constants.NGHTTP2_CANCEL);
    await until(() => server.stats().busy === 0);
    const [late, stream] = await Promise.all([ask(session, "/late"), ask(session, "/stream")]);
    assert.equal(late.status, 504);
    assert.equal(stream.status, 200);
    assert.notEqual(stream.rstCode, 0);
    assert.equal((await ask(session, "/quick")).body.toString(), "quick");
    await until(() => heard.requests.length === 4);
    assert.deepEqual(heard.errors, []);
    assert.deepEqual(heard.requests.filter(({ aborted }) => aborted).map(({ target }) => target).sort(), ["/slow", "/stream"]);
  },
  { harakiriMs: 700 },
);

testHttp2(NO_HTTP2, "HTTP/2: a client that takes nothing holds its stream's source up", () => {
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    pulled += 65_536;
    controller.enqueue(new Uint8Array(65_536));
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
}, async (session) => {
  pulled = 0;
  const stream = session.request({ ":path": "/" });
  stream.on("error", () => {});
  stream.pause();
  let last = -1;
  while (last !== pulled || last === 0) {
    last = pulled;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(pulled < 4_194_304, `${pulled} bytes were pulled`);
  stream.close(http2.constants.NGHTTP2_CANCEL);
});

let pulled = 0;

testHttp2(NO_HTTP2 ?? DENO_CLIENT, "HTTP/2: close() lets a stream in flight end, and ends its connection", async () => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return new Response("late");
}, async (session, { server }) => {
  const answer = ask(session, "/");
  await until(() => server.stats().busy === 1);
  assert.equal(await server.close({ mercyMs: 10_000 }), 0);
  assert.equal((await answer).body.toString(), "late");
});

testHttp2(NODE_ALONE, "HTTP/2: a client is told that it may have 100 streams", () => new Response(), async (session) => {
  await new Promise((resolve) => session.once("remoteSettings", resolve));
  assert.equal(session.remoteSettings.maxConcurrentStreams, 100);
});

const ENDS_HEAD_AND_STREAM = 5;

testHttp2(NO_HTTP2, "HTTP/2: one that resets streams as fast as it can is ended, and others are served", async (request) => {
  if (request.url.endsWith("/quick")) return new Response("quick");
  await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
  return new Response();
}, async (session, { server, heard, secure, port }) => {
  const client = await RawHttp2.connect(port, secure);
  const cancel = Uint8Array.of(0, 0, 0, 8);
  let sent = 0;
  while (!client.closed && sent < 20_000) {
    const frames: Uint8Array[] = [];
    for (let index = 0; index < 100; index++) {
      const stream = 2 * sent++ + 1;
      frames.push(frame(FRAME.headers, ENDS_HEAD_AND_STREAM, stream, headOf("GET", secure)), frame(FRAME.resetStream, 0, stream, cancel));
    }
    client.send(...frames);
    await pause(1);
  }
  assert.ok(sent < 20_000, "it was let go on");
  await until(() => server.stats().busy === 0);
  assert.equal((await ask(session, "/quick")).body.toString(), "quick");
  assert.ok(heard.requests.length <= 2000, `${heard.requests.length} requests were begun`);
  client.destroy();
});

testHttp2(NO_HTTP2, "HTTP/2: one whose head has no end is ended", () => new Response("quick"), async (session, { secure, port }) => {
  const client = await RawHttp2.connect(port, secure);
  client.send(frame(FRAME.headers, 0, 1, headOf("GET", secure)));
  // A literal field, not indexed: name "x", value of 120 bytes.
  const field = Uint8Array.from([0x00, 1, 0x78, 120, ...Array<number>(120).fill(0x79)]);
  let sent = 0;
  for (; !client.closed && sent < 50_000; sent += 10) {
    client.send(...Array<Uint8Array>(10).fill(frame(FRAME.continuation, 0, 1, field)));
    await pause(1);
  }
  assert.ok(sent < 50_000, "it was let go on");
  assert.equal((await ask(session, "/")).body.toString(), "quick");
  client.destroy();
});
