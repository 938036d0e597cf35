import assert from "node:assert/strict";
import { test } from "node:test";
import { Connections, OpenSocket } from "../../../src/serve/connections.ts";
import { connectionsBelow } from "../../../src/serve/serve_options.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Gate } from "../../support/gate.ts";
import { fieldOf } from "../../support/parse_answer.ts";
import { answersOf, requestOf, withMemoryServer } from "../../support/served_memory.ts";

class FakeSocket extends OpenSocket {
  readonly name: string;
  readonly #log: string[];

  constructor(name: string, log: string[]) {
    super();
    this.name = name;
    this.#log = log;
  }

  closeIdle(): void {}

  evict(): void {
    this.#log.push(`evict ${this.name}`);
  }

  taken(): void {}

  kill(): boolean {
    this.#log.push(`kill ${this.name}`);
    return false;
  }
}

/** A list with room for two, and two that wait in it. */
function full() {
  const log: string[] = [];
  const clock = new FakeClock();
  const open = new Connections(2, { warning: (message) => log.push(message) }, clock);
  const [a, b] = [new FakeSocket("a", log), new FakeSocket("b", log)];
  for (const socket of [a, b]) {
    assert.equal(open.admit(), true);
    open.rest(socket);
  }
  return { log, clock, open, a, b };
}

test("admit() past the bound closes the one that has waited longest, and says so once a second", () => {
  const { log, clock, open, a, b } = full();
  open.wake(a);
  open.rest(a);
  open.rest(a);
  assert.equal(open.admit(), true);
  assert.equal(log[0], "evict b");
  assert.match(log[1]!, /^2 connections are open, .* 1 that waited .* and 0 new ones/);
  // What is being closed makes room.
  open.leave(b);
  assert.equal(open.admit(), true);
  open.rest(new FakeSocket("c", log));
  open.admit();
  assert.deepEqual(log.slice(2), ["evict a"]);
  clock.advance(1000);
  open.admit();
  assert.match(log.at(-1)!, / 2 that waited /);
  open.remove(b);
  assert.equal(open.size, 2);
});

test("admit() past the bound closes one that waits unread only where none is idle", () => {
  const { log, open, a, b } = full();
  open.stall(a);
  open.admit();
  open.wake(b);
  open.admit();
  assert.deepEqual(log.filter((line) => line.startsWith("evict")), ["evict b", "evict a"]);
});

test("admit() past the bound, while all have a request, refuses, and says so once a second", () => {
  const { log, clock, open, a, b } = full();
  open.wake(a);
  open.wake(b);
  open.wake(b);
  assert.deepEqual([open.admit(), open.admit(), log.length], [false, false, 1]);
  assert.match(log[0]!, / and 1 new ones were refused as all had one; raise --connections/);
  clock.advance(1000);
  assert.equal(open.admit(), false);
  assert.match(log[1]!, / and 2 new ones/);
});

test("admit() resets the oldest of what is being closed, each once, past a bound of its own", () => {
  const { log, open } = full();
  for (let count = 0; count < 10; count++) {
    const socket = new FakeSocket(`closing ${count}`, log);
    open.rest(socket);
    open.leave(socket);
  }
  open.admit();
  open.admit();
  assert.deepEqual(log.filter((line) => line.startsWith("kill")), ["kill closing 0", "kill closing 1"]);
});

test("connectionsBelow() leaves descriptors to others, and never all", () => {
  assert.deepEqual([null, 64, 256, 1024, 65_536, 1].map(connectionsBelow), [10_000, 32, 224, 896, 57_344, 1]);
});

test("connections: an idle one, and one whose head trickles in, make room for another", async () => {
  await withMemoryServer({ fetch: () => new Response("hello"), connections: 2 }, async ({ connect, sent, settle }) => {
    const idle = await sent(requestOf("GET /"));
    const slow = await sent("GET / HT");
    const third = await sent(requestOf("GET /"));
    await settle();
    assert.deepEqual([idle.ended, idle.errorCode, slow.ended, third.ended], [true, null, false, false]);
    idle.end();
    await settle();
    const fourth = await connect();
    fourth.send(requestOf("GET /"));
    await settle();
    assert.deepEqual(answersOf(slow).map(({ status }) => status), [503]);
    assert.deepEqual([...answersOf(third), ...answersOf(fourth)].map(({ status }) => status), [200, 200]);
  });
});

test("connections: where all have a request one more gets a 503, and is served again once there is room", async () => {
  const gate = new Gate();
  const fetch = async () => {
    await gate.opened;
    return new Response("hello");
  };
  await withMemoryServer({ fetch, connections: 2 }, async ({ sent, settle, heard, server }) => {
    const busy = [await sent(requestOf("GET /")), await sent(requestOf("GET /"))];
    const refused = await sent(requestOf("GET /"));
    const [answer] = answersOf(refused);
    assert.deepEqual([answer!.status, fieldOf(answer!, "retry-after"), fieldOf(answer!, "connection"), refused.ended], [
      503,
      "1",
      "close",
      true,
    ]);
    assert.deepEqual([heard.warnings.length, server.stats().busy], [1, 2]);
    refused.end();
    gate.open();
    await settle();
    for (const peer of busy) assert.equal(answersOf(peer)[0]!.status, 200);
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 200);
  });
});

test("connections: silent clients that never let go keep nobody out", async () => {
  await withMemoryServer({ fetch: () => new Response("hello"), connections: 32 }, async ({ connect, sent, server }) => {
    for (let count = 0; count < 200; count++) await connect();
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 200);
    assert.ok(server.stats().connections <= 32 + 17, String(server.stats().connections));
  });
});

test("connections: one that waits unread for a place in the queue makes room for nobody, while another is idle", async () => {
  const gate = new Gate();
  const fetch = async () => {
    await gate.opened;
    return new Response("hello");
  };
  await withMemoryServer({ fetch, async: 1, queue: 0, connections: 3 }, async ({ sent, connect, settle }) => {
    await sent(requestOf("GET /busy"));
    const stalled = await sent(requestOf("GET /stalled"));
    const idle = await connect();
    await connect();
    assert.deepEqual([stalled.text, stalled.ended, idle.ended], ["", false, true]);
    gate.open();
    await settle();
    assert.equal(answersOf(stalled)[0]!.status, 200);
  });
});

test("connections: refused clients that linger keep nobody out, however many come in one turn", async () => {
  await withMemoryServer({ fetch: () => new Response("hello"), connections: 4 }, async ({ connect, sent, server, settle }) => {
    for (let count = 0; count < 4; count++) await sent("garbage\r\n\r\n");
    assert.equal(answersOf(await sent(requestOf("GET /")))[0]!.status, 200);
    await Promise.all(Array.from({ length: 300 }, connect));
    await settle();
    assert.ok(server.stats().connections <= 4 + 8 + 1, String(server.stats().connections));
  });
});

test("connections: a part of a head that waits unread can make room", async () => {
  const gate = new Gate();
  const fetch = async () => {
    await gate.opened;
    return new Response("hello");
  };
  await withMemoryServer({ fetch, async: 1, queue: 0, connections: 3 }, async ({ sent }) => {
    await sent(requestOf("GET /busy"));
    const parts = [await sent("G"), await sent("G")];
    await sent(requestOf("GET /new"));
    assert.deepEqual(parts.map(({ ended }) => ended), [true, false]);
  });
});
