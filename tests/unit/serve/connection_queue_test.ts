import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../../support/gate.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

/** An app that answers `/x` with `/x` once the gate of `/x` is open, and notes who runs. */
function gatedApp() {
  const gates = new Map<string, Gate>();
  const started: string[] = [];
  const gateOf = (path: string) => {
    const known = gates.get(path) ?? new Gate();
    gates.set(path, known);
    return known;
  };
  const fetch = async (request: Request) => {
    const path = new URL(request.url).pathname;
    started.push(path);
    await gateOf(path).opened;
    return new Response(path);
  };
  return { fetch, started, open: (...paths: string[]) => paths.forEach((path) => gateOf(path).open()) };
}

const bodies = (...parameters: Parameters<typeof answersOf>) => answersOf(...parameters).map(({ body }) => body);

test("pipelined requests run one after another, on one core at a time, and are answered in order", async () => {
  const { fetch, started, open } = gatedApp();
  await withMemoryServer({ fetch, async: 3 }, async ({ sent, settle, server }) => {
    const peer = await sent(requestOf("GET /1") + requestOf("GET /2") + requestOf("GET /3"));
    assert.deepEqual([started, server.stats().busy], [["/1"], 1]);
    open("/3", "/2");
    await settle();
    assert.deepEqual([started, peer.text], [["/1"], ""]);
    open("/1");
    await settle();
    assert.deepEqual([bodies(peer), server.stats().peakBusy], [["/1", "/2", "/3"], 1]);
  });
});

test("pipelined requests: the next one goes to the wait queue's tail", async () => {
  const { fetch, started, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1 }, async ({ sent, settle, server }) => {
    const one = await sent(requestOf("GET /1a") + requestOf("GET /1b"));
    const two = await sent(requestOf("GET /2"));
    const three = await sent(requestOf("GET /3"));
    assert.deepEqual([started, server.stats().queued], [["/1a"], 2]);
    open("/1a", "/1b", "/2", "/3");
    await settle();
    assert.deepEqual(started, ["/1a", "/2", "/3", "/1b"]);
    assert.deepEqual([bodies(one), bodies(two), bodies(three)], [["/1a", "/1b"], ["/2"], ["/3"]]);
  });
});

test("pipelined requests behind one that runs are not read without a bound", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch }, async ({ sent, settle }) => {
    const peer = await sent(requestOf("GET /1"));
    const count = 100;
    peer.send(requestOf("GET /1", null, `Filler: ${"x".repeat(4000)}`).repeat(count));
    await settle();
    assert.ok(peer.accepted <= 3 * 65_536, String(peer.accepted));
    open("/1");
    await settle();
    assert.equal(peer.socket.unsent, 0);
    assert.equal(bodies(peer).length, count + 1);
  });
});

test("pipelined requests behind a malformed one are dropped: their connection ends with its 400", async () => {
  const { fetch, started, open } = gatedApp();
  open("/1", "/2");
  await withMemoryServer({ fetch }, async ({ sent }) => {
    const peer = await sent(requestOf("GET /1") + "GET nowhere\r\n\r\n" + requestOf("GET /2"));
    assert.deepEqual([answersOf(peer).map(({ status }) => status), started, peer.ended], [[200, 400], ["/1"], true]);
  });
});

test("a full wait queue: no head is read, not even to refuse it; once there is room it is", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 1 }, async ({ sent, settle, server, heard }) => {
    await sent(requestOf("GET /1"));
    await sent(requestOf("GET /2"));
    const bad = await sent("nonsense\r\n\r\n");
    assert.deepEqual([bad.text, server.stats().stalled, heard.refused, heard.stalls], ["", 1, [], 1]);
    open("/1");
    await settle();
    assert.deepEqual([answersOf(bad)[0]!.status, server.stats().stalled, heard.refused], [400, 0, [400]]);
  });
});

test("a full wait queue: who stalled first proceeds first, and all are answered", async () => {
  const { fetch, started, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 1 }, async ({ sent, settle, server }) => {
    const paths = ["/1", "/2", "/3", "/4", "/5"];
    const peers = [];
    for (const path of paths) peers.push(await sent(requestOf(`GET ${path}`)));
    assert.equal(server.stats().stalled, 3);
    open(...paths);
    await settle();
    assert.deepEqual(started, paths);
    assert.deepEqual(peers.map((peer) => bodies(peer)), paths.map((path) => [path]));
  });
});

test("a full wait queue: a stalled connection is not read", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 0 }, async ({ sent, settle }) => {
    await sent(requestOf("GET /1"));
    const stalled = await sent(requestOf("GET /2"));
    stalled.send("x".repeat(500_000));
    await settle();
    assert.ok(stalled.accepted <= 3 * 65_536, String(stalled.accepted));
    open("/1", "/2");
    await settle();
    assert.deepEqual([answersOf(stalled)[0]!.status, stalled.socket.unsent], [200, 0]);
  });
});

test("a full wait queue: neither a stalled nor a queued connection times out", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 1 }, async ({ sent, pass, settle, server }) => {
    await sent(requestOf("GET /1"));
    const queued = await sent(requestOf("GET /2"));
    const stalled = await sent(requestOf("GET /3"));
    await pass(1_000_000);
    assert.equal(server.stats().connections, 3);
    open("/1", "/2", "/3");
    await settle();
    assert.deepEqual([bodies(queued), bodies(stalled)], [["/2"], ["/3"]]);
  });
});

test("a full wait queue: a part of a head proceeds to a head's deadline", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 0 }, async ({ sent, pass, settle }) => {
    await sent(requestOf("GET /1"));
    const part = await sent("GET /2 HTT");
    await pass(60_000);
    open("/1");
    await settle();
    await pass(9_999);
    assert.equal(part.text, "");
    await pass(2);
    assert.equal(answersOf(part)[0]!.status, 408);
  });
});

test("a client that goes while it is queued leaves its place to one that is stalled", async () => {
  const { fetch, started, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 1 }, async ({ sent, settle, server }) => {
    await sent(requestOf("GET /1"));
    const queued = await sent(requestOf("GET /2"));
    await sent(requestOf("GET /3"));
    queued.reset();
    await settle();
    const { queued: inQueue, stalled, connections } = server.stats();
    assert.deepEqual({ inQueue, stalled, connections }, { inQueue: 1, stalled: 0, connections: 2 });
    open("/1", "/3");
    await settle();
    assert.deepEqual(started, ["/1", "/3"]);
  });
});

test("a small body that comes slowly holds neither a core nor a place in the queue", async () => {
  const { fetch, started, open } = gatedApp();
  open("/1", "/2");
  await withMemoryServer({ fetch, async: 1, queue: 0 }, async ({ sent, settle, server }) => {
    const slow = await sent("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    assert.deepEqual([server.stats().busy, server.stats().queued], [0, 0]);
    const other = await sent(requestOf("GET /2"));
    slow.send("bc");
    await settle();
    assert.deepEqual([started, bodies(slow), bodies(other)], [["/2", "/1"], ["/1"], ["/2"]]);
  });
});

test("a small body that is complete when the queue is full stalls, and is served later", async () => {
  const { fetch, open } = gatedApp();
  await withMemoryServer({ fetch, async: 1, queue: 0 }, async ({ sent, settle, server }) => {
    const slow = await sent("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    await sent(requestOf("GET /2"));
    slow.send("bc" + requestOf("GET /1"));
    await settle();
    assert.equal(server.stats().stalled, 1);
    open("/1", "/2");
    await settle();
    assert.deepEqual([bodies(slow), server.stats().stalled], [["/1", "/1"], 0]);
  });
});

test("a large body and one that waits for 100 Continue ask for a core at once, as only an app can go on", async () => {
  const { fetch, started } = gatedApp();
  await withMemoryServer({ fetch }, async ({ sent, server }) => {
    await sent("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n");
    await sent("POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    await sent("POST /expects HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    await sent("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
    assert.deepEqual([started, server.stats().busy], [["/large", "/chunked", "/expects"], 3]);
  });
});
