import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectLimits, IoEngine, Socket, Stream } from "../../../mod.ts";
import { BrokenError, connect, peekable, suspend, waitRead, waitWrite } from "../../../mod.ts";
import type { CoreTask } from "../../../src/contract/engine.ts";
import { enterCore } from "../../../src/core/current.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { answersOf, requestOf, type ServedMemory, withMemoryServer } from "../../support/served_memory.ts";

/** An app on the memory engine, which answers what its handler gives or throws. */
function withApp(handler: (request: Request) => Promise<string>, run: (served: ServedMemory) => Promise<void>): Promise<void> {
  const fetch = async (request: Request) => new Response(await handler(request).catch((error: unknown) => String(error)));
  return withMemoryServer({ fetch }, run);
}

const bodyOf = (peer: Parameters<typeof answersOf>[0]) => Buffer.from(answersOf(peer)[0]!.body).toString();

test("connect() within a request uses the server's own network, and its stream can be waited for", async () => {
  const found: { port: number } = { port: 0 };
  const handler = async (request: Request) => {
    if (request.url.endsWith("/back")) return "echoed";
    const back = await connect({ transport: "tcp", hostname: "127.0.0.1", port: found.port });
    waitWrite(back);
    assert.equal((await suspend()).outcome, "ready");
    await back.write(requestOf("GET /back", null, "Connection: close"));
    waitRead(back, { timeoutMs: 1000 });
    const { outcome, target } = await suspend();
    assert.deepEqual([outcome, target], ["ready", back]);
    let answer = "";
    for (let chunk = await back.read(); chunk !== null; chunk = await back.read()) answer += Buffer.from(chunk).toString();
    back.end();
    return answer.slice(-6);
  };
  await withApp(handler, async ({ sent, server, settle, heard }) => {
    found.port = Number(new URL(server.url).port);
    const peer = await sent(requestOf("GET /"));
    await settle();
    assert.equal(bodyOf(peer), "echoed");
    // Two waits, each of which gave way.
    assert.equal(heard.requests.find(({ target }) => target === "/")?.switches, 2);
    assert.equal(server.stats().connections, 1);
  });
});

test("connect() refuses at once what is no address, an aborted signal and a wrong time", async () => {
  await assert.rejects(
    connect("127.0.0.1"),
    /^TypeError: connect to "127\.0\.0\.1": not an address: it has no port, write 127\.0\.0\.1:8080$/,
  );
  const bad = [null, {}, { transport: "tcp", hostname: "a" }, { transport: "tcp", hostname: "a", port: 65_536 }, "127.0.0.1:0", {
    transport: "unix",
    path: "",
  }];
  for (const address of bad) await assert.rejects(connect(address as string), /^TypeError: connect: not an address: write "HOST:PORT", /);
  await assert.rejects(connect("127.0.0.1:1", { timeoutMs: -1 }), RangeError);
  const reason = new Error("too late");
  await assert.rejects(connect("127.0.0.1:1", { signal: AbortSignal.abort(reason) }), reason);
});

/** Calls `connect` within a request whose network connects when the test says so. */
function connectLate(limits: ConnectLimits): { clock: FakeClock; stream: Promise<Stream>; connected(): Promise<void>; aborted: string[] } {
  const clock = new FakeClock();
  const aborted: string[] = [];
  let resolveSocket: (socket: Socket) => void = () => {};
  const io = { connect: () => new Promise<Socket>((resolve) => resolveSocket = resolve) } as Partial<IoEngine> as IoEngine;
  const host = { io, after: (ms: number, expired: () => void) => clock.setTimer(ms, expired, true) };
  const found: { stream?: Promise<Stream> } = {};
  enterCore({ host } as CoreTask, () => void (found.stream = connect("127.0.0.1:9", limits)), null);
  const connected = async () => {
    resolveSocket({ abort: () => aborted.push("aborted") } as Partial<Socket> as Socket);
    await clock.settle();
  };
  return { clock, stream: found.stream!, connected, aborted };
}

test("connect() past its time is a BrokenError, and a socket that comes after it is aborted", async () => {
  const { clock, stream, connected, aborted } = connectLate({ timeoutMs: 500 });
  const state = { isOver: false };
  stream.catch(() => state.isOver = true);
  clock.advance(499);
  await clock.settle();
  assert.equal(state.isOver, false);
  clock.advance(1);
  await assert.rejects(
    stream,
    (error) => error instanceof BrokenError && error.message === "connect to 127.0.0.1:9: no answer within 500 ms",
  );
  await connected();
  assert.deepEqual([aborted, clock.armed], [["aborted"], 0]);
});

test("connect() that is aborted before the connection stands: the signal's reason, no timer is left", async () => {
  const controller = new AbortController();
  const { clock, stream, connected, aborted } = connectLate({ timeoutMs: 500, signal: controller.signal });
  const reason = new Error("no longer wanted");
  controller.abort(reason);
  await assert.rejects(stream, reason);
  await connected();
  assert.deepEqual([aborted, clock.armed], [["aborted"], 0]);
});

test("connect() with a signal: its abort ends the connection, and what waits for it, with its reason", async () => {
  const seen: unknown[] = [];
  const found: { stream?: Stream; port: number } = { port: 0 };
  const controller = new AbortController();
  const handler = async (request: Request) => {
    if (request.url.endsWith("/silent")) {
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return "never";
    }
    found.stream = await connect(`127.0.0.1:${found.port}`, { signal: controller.signal });
    await found.stream.write(requestOf("GET /silent"));
    waitRead(found.stream);
    const { outcome, error } = await suspend();
    seen.push(outcome, error);
    return "over";
  };
  await withApp(handler, async ({ sent, server, settle }) => {
    found.port = Number(new URL(server.url).port);
    const peer = await sent(requestOf("GET /"));
    assert.equal(peer.text, "");
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await settle();
    assert.deepEqual([seen, bodyOf(peer)], [["failed", reason], "over"]);
    await assert.rejects(found.stream!.read(), reason);
  });
});

test("connect() that is refused is a BrokenError", async () => {
  const handler = async () => String(await connect("127.0.0.1:9"));
  await withApp(handler, async ({ sent }) => {
    assert.match(bodyOf(await sent(requestOf("GET /"))), /^BrokenError: connect to 127\.0\.0\.1:9: connection refused$/);
  });
});

test("waitRead() of a request's own body by peekable(): several requests, a timeout, and the switches of the log", async () => {
  const handler = async (request: Request) => {
    const upload = peekable(request.body!);
    let bytes = 0;
    for (;;) {
      waitRead(upload, { timeoutMs: 1000 });
      const { outcome } = await suspend();
      if (outcome === "timedOut") return `timed out after ${bytes}`;
      const chunk = await upload.read();
      if (chunk === null) return `all ${bytes}`;
      bytes += chunk.length;
    }
  };
  await withApp(handler, async ({ connect, settle, pass, heard }) => {
    const [whole, stalled] = [await connect(), await connect()];
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    for (const peer of [whole, stalled]) peer.send(head + "x".repeat(70_000));
    await settle();
    await pass(900);
    whole.send("x".repeat(30_000));
    await pass(101);
    assert.equal(bodyOf(stalled), "timed out after 70000");
    assert.equal(bodyOf(whole), "all 100000");
    for (const { switches } of heard.requests) assert.ok(switches >= 2, `${switches} switches`);
  });
});
