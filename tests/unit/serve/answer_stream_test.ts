import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestContext } from "../../../mod.ts";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import type { MemoryPeer } from "../../support/memory_peer.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

const CHUNK_BYTES = 10_000;
/** What the client's end takes in before its reader does. */
const RECEIVE_BUFFER = 65_536;

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A stream that a test writes to. */
class Source {
  pulls = 0;
  readonly cancels: unknown[] = [];
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  /**
   * @param pull What each pull does; nothing if it is left out.
   * @param rejection What `cancel` rejects with; null if it does not.
   */
  constructor(pull: (source: Source) => void = () => {}, rejection: Error | null = null) {
    this.stream = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.pulls++;
        pull(this);
      },
      cancel: (reason) => {
        this.cancels.push(reason);
        if (rejection !== null) throw rejection;
      },
    }, { highWaterMark: 0 });
  }

  write(chunk: string | Uint8Array): void {
    this.#controller!.enqueue(typeof chunk === "string" ? bytesOf(chunk) : chunk);
  }

  close(): void {
    this.#controller!.close();
  }

  fail(error: Error): void {
    this.#controller!.error(error);
  }
}

const endless = () => new Source((source) => source.write(new Uint8Array(CHUNK_BYTES)));

test("sendStream() whose only chunk is there sends it whole, with its length", async () => {
  const source = new Source();
  source.write("hello");
  source.close();
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent }) => {
    const [answer] = answersOf(await sent(requestOf("GET /")));
    assert.deepEqual([fieldOf(answer!, "content-length"), answer!.body], ["5", "hello"]);
  });
});

test("sendStream() sends each chunk when it comes, and the head before the first", async () => {
  const source = new Source();
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /"));
    assert.match(peer.text, /^HTTP\/1\.1 200 OK\r\n[^]*transfer-encoding: chunked\r\n[^]*\r\n\r\n$/);
    peer.forget();
    source.write("one");
    await settle();
    assert.equal(peer.text, "3\r\none\r\n");
    source.write("");
    source.write("two");
    source.close();
    await settle();
    assert.equal(peer.text, "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    assert.equal(server.stats().busy, 0);
  });
});

test("sendStream() to a client of HTTP/1.0 ends with the connection", async () => {
  const source = new Source();
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, settle }) => {
    const peer = await sent("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    source.write("one");
    await settle();
    source.close();
    await settle();
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.body, fieldOf(answer!, "transfer-encoding"), peer.ended], ["one", null, true]);
  });
});

for (const [method, status] of [["HEAD", 200], ["GET", 304]] as const) {
  test(`sendStream() as the answer to ${method} with ${status}: the stream is cancelled, and nothing of it is sent`, async () => {
    const source = endless();
    // Runtimes differ in whether they let a 304 have a body.
    const fetch = () => {
      const response = new Response(source.stream);
      return status === 200 ? response : Object.defineProperty(response, "status", { value: status });
    };
    await withMemoryServer({ fetch }, async ({ sent, server }) => {
      const peer = await sent(requestOf(`${method} /`));
      assert.deepEqual([answersOf(peer, method)[0]!.body, peer.ended, server.stats().busy], ["", false, 0]);
      assert.deepEqual([source.pulls, source.cancels.length], [0, 1]);
    });
  });
}

test("sendStream() pulls no further than the client takes", async () => {
  const source = endless();
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ connect, settle, server }) => {
    const peer = await connect();
    peer.pause();
    peer.send(requestOf("GET /"));
    await settle();
    const room = Math.ceil((RECEIVE_BUFFER + HIGH_WATER_MARK) / CHUNK_BYTES) + 1;
    assert.ok(source.pulls <= room, `${source.pulls} pulls`);
    assert.equal(server.stats().cores.find(({ inRequest }) => inRequest)!.state, "sending");
    const before = source.pulls;
    peer.socket.take(30_000);
    await settle();
    assert.equal(source.pulls, before);
    peer.socket.take(RECEIVE_BUFFER + 30_000);
    await settle();
    assert.ok(source.pulls > before && source.pulls <= before + room, `${before}, then ${source.pulls} pulls`);
  });
});

test("sendStream() of a source that is always ready gives way each 16 chunks", async () => {
  let left = 64;
  const source = new Source((own) => left-- > 0 ? own.write("x") : own.close());
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, heard }) => {
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.body.length, 64);
    assert.equal(heard.requests[0]!.switches, 4);
  });
});

test("sendStream() to a client that goes before the first chunk: cancelled once, with why, and the core comes back", async () => {
  const source = new Source();
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, settle, server, heard }) => {
    const peer = await sent(requestOf("GET /"));
    assert.equal(server.stats().busy, 1);
    peer.reset();
    await settle();
    assert.deepEqual(source.cancels.map((reason) => (reason as { code?: string }).code), ["HEDDLE_BROKEN"]);
    assert.deepEqual([server.stats().busy, heard.requests[0]!.aborted, heard.errors], [0, true, []]);
  });
});

test("sendStream() that fails before its first chunk: a 500, and the connection is kept", async () => {
  const source = new Source((own) => own.fail(new Error("secret")));
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, heard }) => {
    const peer = await sent(requestOf("GET /a"));
    assert.deepEqual([answersOf(peer)[0]!.status, peer.ended, peer.text.includes("secret")], [500, false, false]);
    assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /a"]);
  });
});

/** Streams that go wrong once their head has left, and the fields they do it with. */
const CUT: ReadonlyArray<readonly [what: string, length: string | null, go: (source: Source) => void]> = [
  ["fails midway", null, (source) => source.fail(new Error("midway"))],
  ["is short of its content-length", "10", (source) => source.close()],
  ["is longer than its content-length", "6", (source) => source.write("more")],
  ["gives what is no bytes", null, (source) => source.write({ length: 3 } as Uint8Array)],
];

for (const [what, length, go] of CUT) {
  test(`sendStream() that ${what}: the answer is cut, so that nobody takes it for whole, and it is told`, async () => {
    const source = new Source();
    const headers: Record<string, string> = length === null ? {} : { "content-length": length };
    await withMemoryServer({ fetch: () => new Response(source.stream, { headers }) }, async ({ sent, settle, server, heard }) => {
      const peer = await sent(requestOf("GET /a") + requestOf("GET /b"));
      source.write("begun");
      await settle();
      assert.match(peer.text, /begun/);
      go(source);
      await settle();
      assert.throws(() => answersOf(peer));
      assert.deepEqual([peer.closed, peer.errorCode], [true, "ECONNRESET"]);
      assert.deepEqual(heard.errors.map(({ name }) => name), ["GET /a"]);
      assert.deepEqual([server.stats().busy, server.stats().connections, server.stats().requests], [0, 0, 1]);
    });
  });
}

/** Whose `cancel` rejects; and when it is called. */
const CANCELLED: ReadonlyArray<
  readonly [what: string, method: string, length: string | null, go: (peer: MemoryPeer, source: Source) => void]
> = [
  ["its client has gone", "GET", null, (peer) => peer.reset()],
  ["the answer has no body", "HEAD", null, () => {}],
  ["it was longer than its content-length", "GET", "6", (_peer, source) => source.write("more")],
];

for (const [what, method, length, go] of CANCELLED) {
  test(`sendStream() whose cancel rejects as ${what}: told with its request, and the core comes back`, async () => {
    const source = new Source(() => {}, new Error("in cancel"));
    const headers: Record<string, string> = length === null ? {} : { "content-length": length };
    await withMemoryServer({ fetch: () => new Response(source.stream, { headers }) }, async ({ sent, settle, server, heard }) => {
      const peer = await sent(requestOf(`${method} /a`));
      if (method === "GET") source.write("begun");
      await settle();
      go(peer, source);
      await settle();
      const told = heard.errors.map(({ error, name }) => [(error as Error).message.includes("in cancel"), name]);
      assert.deepEqual(told, [...(length === null ? [] : [[false, "GET /a"]]), [true, `${method} /a`]]);
      assert.equal(server.stats().busy, 0);
    });
  });
}

test("sendStream() of a stream that fails because its client has gone: told once, or not if it says no more than that", async () => {
  for (const isNews of [true, false]) {
    const source = new Source();
    const fetch = ({ signal }: Request) => {
      signal.addEventListener("abort", () => source.fail(isNews ? new Error("by the way") : signal.reason));
      return new Response(source.stream);
    };
    await withMemoryServer({ fetch }, async ({ sent, settle, heard }) => {
      const peer = await sent(requestOf("GET /a"));
      source.write("begun");
      await settle();
      peer.reset();
      await settle();
      assert.deepEqual(heard.errors.map(({ name }) => name), isNews ? ["GET /a"] : []);
    });
  }
});

test("sendStream() of just its content-length is not chunked", async () => {
  const source = new Source();
  const headers = { "content-length": "6" };
  await withMemoryServer({ fetch: () => new Response(source.stream, { headers }) }, async ({ sent, settle }) => {
    const peer = await sent(requestOf("GET /"));
    for (const part of ["abc", "def"]) {
      source.write(part);
      await settle();
    }
    source.close();
    await settle();
    const [answer] = answersOf(peer);
    assert.deepEqual([answer!.body, fieldOf(answer!, "transfer-encoding")], ["abcdef", null]);
  });
});

test("an event stream holds no core, and its head leaves before its first event", async () => {
  const sources: Source[] = [];
  const fetch = (request: Request) => {
    if (new URL(request.url).pathname === "/") return new Response("ok");
    const source = new Source();
    sources.push(source);
    return new Response(source.stream, { headers: { "Content-Type": "Text/Event-Stream; charset=utf-8" } });
  };
  await withMemoryServer({ fetch, async: 1 }, async ({ sent, settle, server, heard }) => {
    const peers = [await sent(requestOf("GET /events")), await sent(requestOf("GET /events"))];
    assert.deepEqual(peers.map(({ text }) => text.startsWith("HTTP/1.1 200")), [true, true]);
    assert.deepEqual([server.stats().busy, server.stats().offloaded], [0, 2]);
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.body, "ok");
    sources[0]!.write("data: 1\n\n");
    await settle();
    assert.match(peers[0]!.text, /data: 1\n\n/);
    sources[0]!.close();
    peers[1]!.reset();
    await settle();
    assert.equal(answersOf(peers[0]!)[0]!.body, "data: 1\n\n");
    assert.deepEqual([server.stats().offloaded, sources[0]!.cancels.length, sources[1]!.cancels.length], [0, 0, 1]);
    assert.deepEqual(heard.requests.map(({ aborted }) => aborted).sort(), [false, false, true]);
  });
});

test("a chunk waits for no other one: it leaves when the next is long in coming, the first one too", async () => {
  const source = new Source();
  source.write("first");
  await withMemoryServer({ fetch: () => new Response(source.stream) }, async ({ sent, settle }) => {
    const peer = await sent(requestOf("GET /"));
    assert.match(peer.text, /5\r\nfirst\r\n$/);
    source.write("second");
    await settle();
    assert.match(peer.text, /6\r\nsecond\r\n$/);
    source.write("a");
    source.write("b");
    await settle();
    assert.match(peer.text, /1\r\na\r\n1\r\nb\r\n$/);
    source.close();
    await settle();
    assert.equal(answersOf(peer)[0]!.body, "firstsecondab");
  });
});

test("detach(): the core comes back with the head, and the stream goes on", async () => {
  const source = new Source();
  const fetch = (_request: Request, _env: unknown, context: RequestContext) => {
    context.detach();
    return new Response(source.stream);
  };
  await withMemoryServer({ fetch }, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /"));
    assert.deepEqual([server.stats().busy, server.stats().offloaded], [0, 1]);
    source.write("on");
    source.close();
    await settle();
    assert.deepEqual([answersOf(peer)[0]!.body, server.stats().offloaded], ["on", 0]);
  });
});
