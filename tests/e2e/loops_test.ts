/** What a client and an app see is the same whether heddle's own sockets serve or the runtime's HTTP server: each test runs on both. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, linkSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { Hono } from "hono";
import type { FetchHandler, ServeOptions, YieldHandler } from "../../mod.ts";
import { serve, sleep, suspend } from "../../mod.ts";
import { createIdentity } from "../support/certificate.ts";
import { testOnBoth } from "../support/loops.ts";
import { fieldOf, parseAnswer } from "../support/parse_answer.ts";
import { RawClient } from "../support/raw_client.ts";
import { pause, type Served, until, withServer } from "../support/served.ts";
import { unixPath } from "../support/unix_path.ts";

const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: example.org\r\n${fields}\r\n`;
const post = (target: string, body: string) => `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const hash = (text: string) => createHash("sha256").update(text, "latin1").digest("hex");

/** Registers a test of a fetch app. */
function testApp(name: string, fetch: FetchHandler, run: (served: Served) => Promise<void>, options: ServeOptions = {}): void {
  testOnBoth(name, (by) => withServer({ fetch, ...options, ...by }, run));
}

/** Sends one request on a connection, and gives its whole answer once it is there. */
async function ask(client: RawClient, request: string) {
  client.forget();
  client.send(request);
  const method = request.slice(0, request.indexOf(" "));
  await until(() => isWhole(client.text, method));
  return parseAnswer(client.text, method);
}

function isWhole(text: string, method: string): boolean {
  try {
    parseAnswer(text, method);
    return true;
  } catch {
    return false;
  }
}

testApp("serve() answers one request after another on a connection", (request) => {
  if (request.url.endsWith("/bytes")) return new Response(new TextEncoder().encode("bytes"));
  const headers = { "x-b": "2", "content-type": "text/x-test" };
  return new Response(`${request.method} ${request.url} ${request.headers.get("x-a")}`, { headers });
}, async ({ connect }) => {
  const client = await connect();
  for (let count = 0; count < 3; count++) {
    const answer = await ask(client, get(`/path?q=${count}`, "X-A: 1\r\n"));
    assert.equal(answer.status, 200);
    assert.equal(answer.body, `GET http://example.org/path?q=${count} 1`);
    assert.equal(fieldOf(answer, "x-b"), "2");
    assert.equal(fieldOf(answer, "content-type"), "text/x-test");
  }
  const bytes = await ask(client, get("/bytes"));
  assert.deepEqual([fieldOf(bytes, "content-type"), fieldOf(bytes, "content-length"), bytes.body], [null, "5", "bytes"]);
  client.destroy();
});

const hono = new Hono();
hono.get("/users/:id", (c) => c.json({ id: c.req.param("id") }));
hono.post("/form", async (c) => c.text(String((await c.req.parseBody())["a"])));
hono.get("/cookies", (c) => {
  c.header("set-cookie", "a=1");
  c.header("set-cookie", "b=2", { append: true });
  return c.body(null, 204);
});

testApp("serve() runs a Hono app", hono.fetch as FetchHandler, async ({ connect }) => {
  const client = await connect();
  assert.equal((await ask(client, get("/users/7"))).body, '{"id":"7"}');
  assert.equal((await ask(client, get("/nothing"))).status, 404);
  const form = "POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\na=b+c";
  assert.equal((await ask(client, form)).body, "b c");
  const cookies = await ask(client, get("/cookies"));
  assert.deepEqual(cookies.fields.filter(([name]) => name === "set-cookie").map(([, value]) => value), ["a=1", "b=2"]);
  client.destroy();
});

const LARGE = Array.from({ length: 50_000 }, (_, index) => `${index} ${(index * 7919) % 104_729}\xe9\n`).join("").repeat(4);

testApp("serve() takes and gives bodies whole, by length and in chunks", async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/whole") return new Response(await request.arrayBuffer());
  return new Response(request.body);
}, async ({ connect }) => {
  const chunks = [LARGE.slice(0, 10), LARGE.slice(10, 70_000), LARGE.slice(70_000)];
  const chunked = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("") + "0\r\n\r\n";
  for (const target of ["/whole", "/stream"]) {
    const inChunks = `POST ${target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`;
    for (const request of [post(target, LARGE), inChunks, post(target, "short")]) {
      // One each: Deno.serve ends a connection whose answer begins before the request's body has come.
      const client = await connect();
      const answer = await ask(client, request);
      assert.equal(answer.status, 200);
      assert.equal(hash(answer.body), hash(request.endsWith("short") ? "short" : LARGE));
      client.destroy();
    }
  }
}, { limitPostBytes: 16_777_216 });

testApp("serve() sends what has no body without one: HEAD, 204, 304", (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/204" || pathname === "/304") return new Response(null, { status: Number(pathname.slice(1)), headers: { "x-a": "1" } });
  if (pathname === "/stream") return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1)) }));
  return new Response("hello", { headers: { "content-length": "5" } });
}, async ({ connect }) => {
  const client = await connect();
  const head = await ask(client, get("/").replace("GET", "HEAD"));
  assert.deepEqual([head.status, fieldOf(head, "content-length"), head.body], [200, "5", ""]);
  const unknown = await ask(client, get("/stream").replace("GET", "HEAD"));
  assert.deepEqual([fieldOf(unknown, "content-length"), unknown.body], [null, ""]);
  for (const status of [204, 304]) {
    const answer = await ask(client, get(`/${status}`));
    assert.deepEqual([answer.status, fieldOf(answer, "x-a"), answer.body], [status, "1", ""]);
  }
  assert.equal((await ask(client, get("/"))).body, "hello");
  client.destroy();
});

testApp("serve() answers 500 for an app that throws, and breaks off what has begun", async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/sync") throw new Error("sync");
  if (pathname === "/length") return new Response("four", { headers: { "content-length": "5" } });
  await pause(1);
  if (pathname === "/async") throw new Error("async");
  let count = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    await pause(5);
    if (count++ === 2) throw new Error("stream");
    controller.enqueue(new TextEncoder().encode("part"));
  };
  return new Response(new ReadableStream({ pull }));
}, async ({ connect, exchange, heard }) => {
  const client = await connect();
  for (const target of ["/sync", "/async"]) {
    const answer = await ask(client, get(target));
    assert.deepEqual([answer.status, answer.body], [500, "Internal Server Error"]);
  }
  client.destroy();
  assert.match(await exchange(get("/length", "Connection: close\r\n")), /^HTTP\/1\.1 500 /);
  const broken = await connect();
  broken.send(get("/stream"));
  await until(() => broken.ended || broken.closed);
  assert.match(broken.text, /^HTTP\/1\.1 200 [^]*part/);
  assert.doesNotMatch(broken.text, /\r\n0\r\n/);
  broken.destroy();
  assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /sync", "GET /async", "GET /length", "GET /stream"]);
});

testOnBoth("request.signal is aborted once when the client goes, before its answer and in it", async (by) => {
  const aborted: string[] = [];
  const fetch: FetchHandler = async (request) => {
    const { pathname } = new URL(request.url);
    request.signal.addEventListener("abort", () => aborted.push(pathname));
    if (pathname === "/done") return new Response("done");
    if (pathname === "/stream") return new Response(new ReadableStream({ pull: tick, cancel: () => void aborted.push("cancel") }));
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    return new Response("nobody");
  };
  await withServer({ fetch, async: 2, ...by }, async ({ connect, server, heard }) => {
    const done = await connect();
    await ask(done, get("/done"));
    for (const target of ["/wait", "/stream"]) {
      const client = await connect();
      client.send(get(target));
      await until(() => target === "/stream" ? client.text.includes("tick") : server.stats().busy === 1);
      client.reset();
      await until(() => server.stats().busy === 0);
    }
    done.destroy();
    await pause(50);
    assert.deepEqual(aborted.sort(), ["/stream", "/wait", "cancel"]);
    assert.deepEqual(heard.requests.map(({ aborted }) => aborted), [false, true, true]);
    assert.deepEqual(heard.errors, []);
  });
});

async function tick(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  await pause(5);
  controller.enqueue(new TextEncoder().encode("tick"));
}

/** Requests that wait until they are let go. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  readonly targets: string[] = [];

  readonly fetch: FetchHandler = async (request) => {
    this.targets.push(new URL(request.url).pathname);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return new Response("through");
  };

  open(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

testOnBoth("--async and --queue: no more run at once, the others wait and are served", async (by) => {
  const gate = new Gate();
  await withServer({ fetch: gate.fetch, async: 2, queue: 2, ...by }, async ({ connect, server, heard }) => {
    const clients = await Promise.all(Array.from({ length: 8 }, connect));
    clients.forEach((client, index) => client.send(get(`/${index}`)));
    await until(() => server.stats().busy === 2 && server.stats().queued === 2 && heard.stalls > 0);
    await pause(50);
    assert.equal(gate.targets.length, 2);
    while (!clients.every((client) => client.text.endsWith("through"))) {
      assert.ok(server.stats().busy <= 2);
      gate.open();
      await pause(5);
    }
    assert.equal(gate.targets.length, 8);
    assert.equal(server.stats().shedRequests, 0);
    for (const client of clients) client.destroy();
  });
});

testOnBoth("--shed and --queue-timeout: 503 with Retry-After for who finds no place, or waits too long", async (by) => {
  const gate = new Gate();
  const options = { fetch: gate.fetch, async: 1, queue: 1, queueTimeoutMs: 500, ...by };
  await withServer(options, async ({ connect, server }) => {
    const [runs, waits, third] = await Promise.all([connect(), connect(), connect()]);
    runs.send(get("/runs"));
    await until(() => server.stats().busy === 1);
    waits.send(get("/waits"));
    await until(() => server.stats().queued === 1);
    const turnedAway = await ask(third, get("/third"));
    assert.deepEqual([turnedAway.status, fieldOf(turnedAway, "retry-after")], [503, "1"]);
    await until(() => isWhole(waits.text, "GET"));
    assert.equal(parseAnswer(waits.text).status, 503);
    assert.equal(server.stats().shedRequests, 2);
    gate.open();
    await until(() => runs.text.endsWith("through"));
    for (const client of [runs, waits, third]) client.destroy();
  });
});

testApp("--harakiri ends one request: 504, or the end of what has begun; the others go on", async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/quick") return new Response("quick");
  if (pathname === "/stream") return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }));
  await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
  throw request.signal.reason;
}, async ({ connect, server, heard }) => {
  const [slow, stream] = await Promise.all([connect(), connect()]);
  slow.send(get("/slow"));
  stream.send(get("/stream"));
  await until(() => isWhole(slow.text, "GET") && (stream.ended || stream.closed));
  assert.equal(parseAnswer(slow.text).status, 504);
  assert.match(stream.text, /^HTTP\/1\.1 200 /);
  assert.equal((await ask(slow, get("/quick"))).body, "quick");
  await until(() => server.stats().busy === 0);
  assert.deepEqual(heard.harakiris.map(({ target, outcome }) => `${target} ${outcome}`).sort(), ["/slow answered", "/stream reset"]);
  assert.equal(server.stats().harakiriCount, 2);
  assert.deepEqual(heard.errors, []);
  for (const client of [slow, stream]) client.destroy();
}, { harakiriMs: 500 });

testApp("--limit-post and limitBody(): a longer body is answered with 413, which its client can read", async (request, _env, context) => {
  if (request.url.endsWith("/allow")) context.limitBody(2000);
  return new Response(String((await request.text()).length));
}, async ({ exchange, heard }) => {
  const close = (request: string) => request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
  const chunked = (target: string, body: string) =>
    `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n` +
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  for (const [length, target, status] of [[100, "/", 200], [101, "/", 413], [2000, "/allow", 200], [2001, "/allow", 413]] as const) {
    const body = "x".repeat(length);
    assert.equal(parseAnswer(await exchange(close(post(target, body)))).status, status, `${target} ${length}`);
    assert.equal(parseAnswer(await exchange(chunked(target, body))).status, status, `${target} ${length} in chunks`);
  }
  assert.match(await exchange(close(post("/", "x".repeat(3_000_000)))), /^HTTP\/1\.1 413 /);
  assert.deepEqual(heard.refused, [413, 413, 413, 413, 413]);
  assert.deepEqual(heard.errors, []);
}, { limitPostBytes: 100, limitPostMaxBytes: 3000 });

testOnBoth("close() lets a request in flight end, loses none, and refuses new connections", async (by) => {
  const gate = new Gate();
  let background = false;
  const fetch: FetchHandler = async (request, env, context) => {
    if (!request.url.endsWith("/gate")) return new Response("here");
    context.waitUntil(pause(50).then(() => background = true));
    return await gate.fetch(request, env, context);
  };
  await withServer({ fetch, ...by }, async ({ connect, server }) => {
    const [client, idle] = await Promise.all([connect(), connect()]);
    await ask(idle, get("/"));
    client.send(get("/gate"));
    await until(() => gate.targets.length === 1);
    const closed = server.close({ mercyMs: 20_000 });
    await pause(50);
    await assert.rejects(
      connect().then(async (late) => {
        // A listener may be open for a moment still; who gets in is told that the connection closes.
        late.send(get("/"));
        await until(() => late.closed || late.ended);
        late.destroy();
        throw new Error("closed");
      }),
    );
    gate.open();
    assert.equal(await closed, 0);
    await until(() => /through$/.test(client.text));
    assert.ok(background);
    await until(() => client.ended || client.closed);
    for (const each of [client, idle]) each.destroy();
  });
});

testOnBoth("close() past its mercy resets what is in flight, and counts it as lost", async (by) => {
  const gate = new Gate();
  await withServer({ fetch: gate.fetch, ...by }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/"));
    await until(() => gate.targets.length === 1);
    assert.equal(await server.close({ mercyMs: 100 }), 1);
    await until(() => client.ended || client.closed);
    assert.doesNotMatch(client.text, /through/);
    client.destroy();
    gate.open();
  });
});

const application: YieldHandler = function* (env, startResponse) {
  startResponse("200 OK", [["content-type", "text/plain"], ["x-path", String(env["PATH_INFO"])]]);
  for (let line = 0; line < 200; line++) yield `line ${line}\n`;
};

testOnBoth("serve() runs a yield app, a switch a chunk", async (by) => {
  await withServer({ application, ...by }, async ({ connect, heard }) => {
    const client = await connect();
    const answer = await ask(client, get("/here"));
    assert.equal(fieldOf(answer, "x-path"), "/here");
    assert.equal(answer.body, Array.from({ length: 200 }, (_, line) => `line ${line}\n`).join(""));
    await until(() => heard.requests.length === 1);
    assert.ok(heard.requests[0]!.switches >= 199);
    client.destroy();
  });
});

testApp("stats() and the context tell of cores, requests and the client", async (_request, _env, context) => {
  await suspend();
  await sleep(5);
  return Response.json({ core: context.core, remote: context.remote });
}, async ({ connect, server, heard }) => {
  const client = await connect();
  const { core, remote } = JSON.parse((await ask(client, get("/"))).body);
  assert.deepEqual([core, remote], [0, { transport: "tcp", hostname: "127.0.0.1", port: client.localPort }]);
  await until(() => server.stats().busy === 0);
  const { draining, busy } = server.stats();
  assert.deepEqual([draining, busy], [false, 0]);
  assert.deepEqual(heard.requests.map(({ status, switches }) => [status, switches]), [[200, 2]]);
  client.destroy();
}, { async: 3 });

testOnBoth("an answer's stream is pulled only as its client takes it, and a body only as its app reads it", async (by) => {
  let pulled = 0;
  let read = 0;
  let readOn = () => {};
  const fetch: FetchHandler = async (request) => {
    if (request.method === "GET") {
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        if (pulled >= 64 * 1_048_576) controller.close();
      };
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
    }
    await new Promise<void>((resolve) => readOn = resolve);
    for await (const chunk of request.body!) read += chunk.length;
    return new Response(String(read));
  };
  await withServer({ fetch, limitPostBytes: 67_108_864, ...by }, async ({ connect, server }) => {
    const reader = await connect();
    reader.pause();
    reader.send(get("/"));
    await settled(() => pulled);
    assert.ok(pulled > 0 && pulled < 24 * 1_048_576, `${pulled} bytes were pulled for a client that reads nothing`);
    reader.resume();
    await until(() => pulled >= 64 * 1_048_576 && server.stats().busy === 0, 30_000);
    await until(() => reader.received > 64 * 1_048_576);
    reader.destroy();
    const writer = await connect();
    const bytes = 48 * 1_048_576;
    writer.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`);
    writer.send(new Uint8Array(bytes));
    await settled(() => writer.accepted);
    assert.ok(writer.accepted < 24 * 1_048_576, `${writer.accepted} bytes were taken of a body that nobody reads`);
    readOn();
    await until(() => writer.text.endsWith(String(bytes)), 30_000);
    writer.destroy();
  });
});

/** Waits until a number is above 0 and has not changed for 300 ms. */
async function settled(number: () => number): Promise<void> {
  for (let last = -1; last !== number() || last <= 0;) {
    last = number();
    await pause(300);
  }
}

testApp("pipelined requests are answered in order, one at a time", async (request) => {
  const { pathname } = new URL(request.url);
  await sleep(pathname === "/0" ? 50 : 1);
  return new Response(`[${pathname}]`);
}, async ({ connect, server }) => {
  const client = await connect();
  client.send([0, 1, 2, 3].map((index) => get(`/${index}`)).join(""));
  await until(() => client.text.endsWith("[/3]"));
  assert.deepEqual(client.text.match(/\[\/\d\]/g), ["[/0]", "[/1]", "[/2]", "[/3]"]);
  assert.equal(server.stats().peakBusy, 1);
  client.destroy();
});

testOnBoth("pipelined requests are not taken in while they wait: what a client can send of them is bounded", async (by) => {
  const gate = new Gate();
  const fetch: FetchHandler = (request, env, context) => {
    return request.url.endsWith("/first") ? gate.fetch(request, env, context) : new Response("ok");
  };
  await withServer({ fetch, ...by }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/first"));
    await until(() => server.stats().busy === 1);
    // 5,000 bytes each, so that few of them come in one read.
    const request = get("/", `x: ${"y".repeat(4950)}\r\n`);
    const count = 4000;
    for (let sent = 0; sent < count; sent += 100) client.send(request.repeat(100));
    await settled(() => client.accepted);
    assert.ok(client.accepted < 12_000_000, `${client.accepted} bytes were taken in`);
    gate.open();
    await until(() => server.stats().requests === count + 1 && server.stats().busy === 0, 50_000);
    await settled(() => client.received);
    assert.equal(client.text.split("HTTP/1.1 200 OK\r\n").length, count + 2);
    client.destroy();
  });
});

testOnBoth("an event stream holds no core, and its source is told when its client goes", async (by) => {
  let cancelled = 0;
  const fetch: FetchHandler = (request) => {
    if (!request.url.endsWith("/events")) return new Response("other");
    const body = new ReadableStream({ pull: tick, cancel: () => void cancelled++ });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  await withServer({ fetch, async: 1, ...by }, async ({ connect, server }) => {
    const [events, other] = await Promise.all([connect(), connect()]);
    events.send(get("/events"));
    await until(() => events.text.includes("tick"));
    assert.deepEqual([server.stats().busy, server.stats().offloaded], [0, 1]);
    assert.equal((await ask(other, get("/"))).body, "other");
    events.reset();
    await until(() => server.stats().offloaded === 0);
    assert.equal(cancelled, 1);
    other.destroy();
  });
});

testApp("Expect: 100-continue is answered when the body is read, FIN behind a request takes no answer away", async (request) => {
  return new Response(`${await request.text()}.`);
}, async ({ connect }) => {
  const expects = await connect();
  expects.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  await until(() => expects.text === "HTTP/1.1 100 Continue\r\n\r\n");
  expects.send("abcde");
  await until(() => expects.text.endsWith("abcde."));
  expects.destroy();
  const ends = await connect();
  ends.send(post("/", "xyz"));
  ends.end();
  await until(() => ends.ended || ends.closed);
  assert.match(ends.text, /xyz\.$/);
  ends.destroy();
});

testApp("--body-timeout: a body that does not come on is answered with 408", async (request) => {
  return new Response(await request.text());
}, async ({ connect, heard }) => {
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  await until(() => client.ended || client.closed || client.text.includes("\r\n\r\n"));
  assert.match(client.text, /^HTTP\/1\.1 408 /);
  assert.deepEqual(heard.refused, [408]);
  client.destroy();
}, { timeouts: { bodyIdleMs: 300 } });

testOnBoth("https: the same over TLS, and another certificate where the runtime can", async (by) => {
  const fetch: FetchHandler = async (request) => new Response(`${request.url} ${await request.text()}`);
  const options = { fetch, https: "127.0.0.1:0", tls: createIdentity(), ...by };
  await withServer(options, async ({ server }) => {
    const address = { transport: "tcp", hostname: "127.0.0.1", port: Number(new URL(server.urls[1]!).port) } as const;
    const client = await RawClient.connectTls(address);
    assert.equal((await ask(client, post("/a", "body"))).body, "https://a/a body");
    client.destroy();
    const renewed = server.renewCertificate(createIdentity("other"));
    if (by.loop === undefined || by.loop === "node-http") await renewed;
    else await assert.rejects(renewed, { code: "HEDDLE_UNSUPPORTED" });
    const next = await RawClient.connectTls(address);
    assert.equal((await ask(next, get("/b"))).body, "https://example.org/b ");
    next.destroy();
  });
});

testOnBoth("unix: a socket has its mode, takes a stale one's place and no other's, and is gone at the end", async (by) => {
  const [first, path] = [unixPath(), unixPath()];
  const stale = net.createServer();
  await new Promise<void>((resolve) => stale.listen(first, resolve));
  linkSync(first, path);
  await new Promise((resolve) => stale.close(resolve));
  const remotes: unknown[] = [];
  const fetch: FetchHandler = (request, _env, { remote }) => {
    remotes.push(remote);
    return new Response(request.url);
  };
  await withServer(
    { fetch, http: ["127.0.0.1:0", { transport: "unix", path, mode: 0o600 }], ...by },
    async ({ server }) => {
      assert.equal(server.urls[1], `unix:${path}`);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const client = await RawClient.connect({ transport: "unix", path });
      for (let count = 0; count < 2; count++) assert.equal((await ask(client, get("/x"))).body, "http://example.org/x");
      client.destroy();
      assert.deepEqual(remotes, Array(2).fill({ transport: "unix", path: "" }));
      await assert.rejects(serve({ fetch, http: `unix:${path}`, ...by }).ready, {
        code: "HEDDLE_BROKEN",
        message: `listen on unix:${path}: address in use`,
      });
      const missing = `${path}-missing/x.sock`;
      await assert.rejects(serve({ fetch, http: `unix:${missing}`, ...by }).ready, {
        message: `listen on unix:${missing}: no such file or directory`,
      });
      const file = unixPath();
      writeFileSync(file, "precious");
      await assert.rejects(serve({ fetch, http: `unix:${file}`, ...by }).ready, { message: `listen on unix:${file}: address in use` });
      assert.equal(statSync(file).size, 8);
      const again = await RawClient.connect({ transport: "unix", path });
      assert.equal((await ask(again, get("/y"))).body, "http://example.org/y");
      again.destroy();
    },
  );
  assert.equal(existsSync(path), false);
});

testOnBoth("unix: a socket that cannot be given to its owner is gone again when serve() says so", async (by) => {
  const path = unixPath();
  const http = { transport: "unix", path, owner: { uid: 2 ** 32 } } as const;
  await assert.rejects(serve({ fetch: () => new Response(), http, ...by }).ready, { code: "HEDDLE_BROKEN" });
  assert.equal(existsSync(path), false);
});

testOnBoth("limits.fields holds past a thousand, or serve() warns of it", async ({ loop }) => {
  const warnings: string[] = [];
  const observer = { warning: (line: string) => void warnings.push(line) };
  const fetch: FetchHandler = (request) => new Response(String([...request.headers].filter(([name]) => name.startsWith("x-")).length));
  const server = serve({
    fetch,
    http: "127.0.0.1:0",
    https: "127.0.0.1:0",
    tls: createIdentity(),
    limits: { fields: 2000, headBytes: 65_536 },
    ...(loop !== undefined && { loop }),
    observer,
  });
  await server.ready;
  try {
    const isKept = loop === undefined || loop === "node-http";
    assert.equal(warnings.filter((line) => line.startsWith("option limits.fields with the loop ")).length, isKept ? 0 : 1);
    if (!isKept) return;
    const fields = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: v\r\n`).join("");
    for (const [index, open] of [RawClient.connect, RawClient.connectTls].entries()) {
      const client = await open({ transport: "tcp", hostname: "127.0.0.1", port: Number(new URL(server.urls[index]!).port) });
      assert.equal((await ask(client, get("/", fields(1999)))).body, "1999");
      assert.equal((await ask(client, get("/", fields(2000)))).status, 431);
      client.destroy();
    }
  } finally {
    await server.close();
  }
});

testOnBoth("serve() warns of a listener's own backlog where the runtime takes none", async ({ loop }) => {
  if (loop === undefined) return;
  const cases = [["127.0.0.1:0", ["bun-serve"]], [`unix:${unixPath()}`, ["bun-serve", "deno-serve"]]] as const;
  for (const [place, loops] of cases) {
    const address = place.startsWith("unix:")
      ? { transport: "unix", path: place.slice(5) } as const
      : { transport: "tcp", hostname: "127.0.0.1", port: 0 } as const;
    const warnings: string[] = [];
    const observer = { warning: (line: string) => void warnings.push(line) };
    const server = serve({ fetch: () => new Response(), http: { ...address, backlog: 7 }, loop, observer });
    await server.ready;
    await server.close();
    assert.equal(warnings.filter((line) => line.startsWith("--listen with ")).length, (loops as readonly string[]).includes(loop) ? 1 : 0);
  }
});

testOnBoth("serve() refuses what a loop engine must not be given", async ({ loop }) => {
  if (loop === undefined) return;
  const options = { fetch: () => new Response(), port: 0, loop };
  assert.throws(() => serve({ ...options, proxyProtocol: ["127.0.0.1"] }), { code: "HEDDLE_CONFIG" });
  const identities = [createIdentity(), createIdentity("other", 30, "DNS:other")];
  const several = loop !== "deno-serve" ? [] : [{ https: ":0", tls: identities }];
  for (const refused of several) {
    await assert.rejects(serve({ fetch: options.fetch, loop, ...refused }).ready, { code: "HEDDLE_UNSUPPORTED" });
  }
  await assert.rejects(serve({ ...options, loop: loop === "node-http" ? "bun-serve" : "node-http" }).ready, { code: "HEDDLE_UNSUPPORTED" });
  await assert.rejects(serve({ ...options, loop: "libuv" }).ready, { code: "HEDDLE_CONFIG" });
});

testOnBoth(
  "of several certificates the server name chooses, the first is for the others, and others take their place",
  async ({ loop }) => {
    if (loop === undefined || loop === "deno-serve") return;
    const pair = (suffix: string) => [
      createIdentity(`first${suffix}`, 30, "DNS:whole.wild.test"),
      createIdentity(`second${suffix}`, 30, "DNS:second.test,DNS:also.test,DNS:*.wild.test"),
    ];
    const server = serve({ fetch: () => new Response(), https: "127.0.0.1:0", tls: pair(""), loop });
    await server.ready;
    const shown = (servername: string | undefined, protocol: string) =>
      new Promise<string>((resolve, reject) => {
        const port = Number(new URL(server.url).port);
        const name = servername === undefined ? {} : { servername };
        const socket = tls.connect({ host: "127.0.0.1", port, ALPNProtocols: [protocol], rejectUnauthorized: false, ...name }, () => {
          resolve(`${socket.getPeerCertificate().subject.CN} ${socket.alpnProtocol}`);
          socket.destroy();
        });
        socket.once("error", reject);
      });
    try {
      const isNode = loop === "node-http";
      // Bun.serve agrees on no protocol (1.4.5).
      const [second, first] = isNode ? ["h2", "http/1.1"] : ["false", "false"];
      for (const suffix of isNode ? ["", "-renewed"] : [""]) {
        if (suffix !== "") await server.renewCertificate(pair(suffix));
        assert.equal(await shown("second.test", second), `second${suffix} ${second}`);
        assert.equal(await shown("SECOND.test", "http/1.1"), `second${suffix} ${first}`);
        for (const name of ["also.test", "x.wild.test"]) assert.equal(await shown(name, second), `second${suffix} ${second}`);
        for (const name of ["whole.wild.test", "other.test", "y.x.wild.test", undefined]) {
          assert.equal(await shown(name, second), `first${suffix} ${second}`);
        }
      }
    } finally {
      await server.close();
    }
  },
);

testApp("heads past the limits are refused with their status", () => new Response("ok"), async ({ exchange }) => {
  const close = "Connection: close\r\n";
  const cases = [
    [get("/", close), 200],
    [get(`/${"x".repeat(64)}`, close), 414],
    [get("/", `${close}x: ${"y".repeat(200)}\r\n`), 431],
    [get("/", close + "x: y\r\ny: y\r\nz: y\r\nw: y\r\n"), 431],
    [get("/", close).replace("example.org", "a b"), 400],
  ] as const;
  for (const [request, status] of cases) assert.equal(Number((await exchange(request)).slice(9, 12)), status, request);
}, { limits: { targetBytes: 64, fieldBytes: 100, fields: 4 } });
