import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep, suspend } from "../../mod.ts";
import cpubound from "../../examples/cpubound.ts";
import type { RawClient } from "../support/raw_client.ts";
import { crowdSize } from "../support/crowd_size.ts";
import { Gate } from "../support/gate.ts";
import { pause, until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };

const get = (target: string, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";

test("--async 10: of twelve clients ten are answered after one sleep, two after two, none refused", LIMIT, async () => {
  const log: string[] = [];
  const fetch = async () => {
    log.push("asleep");
    await sleep(1000);
    log.push("awake");
    return new Response("rested");
  };
  await withServer({ fetch, async: 10 }, async ({ exchange }) => {
    const from = performance.now();
    const times = await Promise.all(Array.from({ length: 12 }, async () => {
      assert.match(await exchange(get("/", CLOSE)), /^HTTP\/1\.1 200 /);
      log.push("answered");
      return performance.now() - from;
    }));
    times.sort((one, other) => one - other);
    assert.ok(times[0]! >= 1000 && times[10]! >= 2000 && times[11]! < 12_000, `${times}`);
    // Ten slept at once, and were answered before the others had slept: without the clock, which a busy machine puts out.
    assert.deepEqual(log.slice(0, 11), [...Array(10).fill("asleep"), "awake"]);
    assert.ok(log.slice(0, log.lastIndexOf("awake")).filter((event) => event === "answered").length >= 10, `${log}`);
  });
});

test("cpubound on ten cores: every client's first byte comes before any client's last", { timeout: 80_000 }, async () => {
  await withServer({ application: cpubound, async: 10 }, async ({ connect, heard }) => {
    const clients = await Promise.all(Array.from({ length: 10 }, connect));
    for (const client of clients) client.send(get("/", CLOSE));
    await until(() => clients.every((client) => client.received > 0) || clients.some((client) => client.ended), 30_000);
    assert.equal(clients.some((client) => client.ended), false);
    await until(() => clients.every((client) => client.ended), 70_000);
    for (const client of clients) {
      assert.ok(client.text.includes("<h1>1</h1>") && client.text.includes("<h1>9999</h1>"));
      client.destroy();
    }
    await until(() => heard.requests.length === 10);
    for (const { switches } of heard.requests) assert.ok(switches >= 9999, `${switches} switches`);
    assert.deepEqual(heard.requests.map(({ core }) => core).sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

test("5,000 requests asleep at once are all answered", { timeout: 80_000 }, async () => {
  let all = false;
  const fetch = async () => {
    // A slow machine needs longer than a second to take the last of them.
    do await sleep(1000); while (!all);
    return new Response("rested");
  };
  await withServer({ fetch, async: 5000, listen: 4096 }, async ({ connect, server }) => {
    const size = await crowdSize(5000);
    const clients: RawClient[] = [];
    while (clients.length < size) {
      clients.push(...await Promise.all(Array.from({ length: Math.min(100, size - clients.length) }, connect)));
    }
    for (const client of clients) client.send(get("/", CLOSE));
    await until(() => server.stats().busy === size, 30_000);
    all = true;
    await until(() => clients.every((client) => client.ended), 30_000);
    assert.equal(clients.filter((client) => client.text.startsWith("HTTP/1.1 200 ")).length, size);
    for (const client of clients) client.destroy();
  });
});

test("1,000 requests pipelined on one connection are answered in order", LIMIT, async () => {
  const fetch = async (request: Request) => {
    const number = Number(new URL(request.url).pathname.slice(1));
    if (number % 7 === 0) await suspend();
    if (number % 100 === 0) await sleep(1);
    return new Response(`<${number}>`);
  };
  await withServer({ fetch, async: 4 }, async ({ connect }) => {
    const client = await connect();
    client.send(Array.from({ length: 1000 }, (_, index) => get(`/${index}`, index === 999 ? CLOSE : "")).join(""));
    await until(() => client.ended, 50_000);
    assert.deepEqual(
      [...client.text.matchAll(/<(\d+)>/g)].map((match) => Number(match[1])),
      Array.from({ length: 1000 }, (_, index) => index),
    );
    client.destroy();
  });
});

test("a full wait queue: connections are not read, are answered later, and it is told once", LIMIT, async () => {
  const rush = new Gate();
  const fetch = async () => {
    await rush.opened;
    return new Response("x");
  };
  await withServer({ fetch, async: 1, queue: 2 }, async ({ exchange, heard, server }) => {
    const exchanges = Array.from({ length: 10 }, () => exchange(get("/", CLOSE)));
    await until(() => server.stats().stalls >= 7);
    rush.open();
    const answers = await Promise.all(exchanges);
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.ok(heard.stalls >= 1);
    assert.ok(server.stats().stalls >= 7, `${server.stats().stalls} stalls`);
  });
});

test("a client that goes while it is queued leaves the queue", LIMIT, async () => {
  let started = 0;
  const work = new Gate();
  const fetch = async () => {
    started++;
    await work.opened;
    return new Response("x");
  };
  await withServer({ fetch, async: 1 }, async ({ connect, server }) => {
    const first = await connect();
    first.send(get("/", CLOSE));
    await until(() => server.stats().busy === 1);
    const second = await connect();
    second.send(get("/"));
    await until(() => server.stats().queued === 1);
    second.reset();
    await until(() => server.stats().queued === 0);
    work.open();
    await until(() => first.ended);
    await pause(30);
    assert.equal(started, 1);
    assert.equal(server.stats().busy, 0);
  });
});

test("a first slice that is long is warned of, with what to do", LIMIT, async () => {
  const fetch = () => {
    const end = performance.now() + 150;
    while (performance.now() < end);
    return new Response("x");
  };
  await withServer({ fetch }, async ({ exchange, heard }) => {
    const from = performance.now();
    await exchange(get("/busy", CLOSE));
    const told = /GET \/busy held the event loop for (\d+) ms.*await suspend\(\)/.exec(heard.warnings.join());
    assert.ok(told !== null, heard.warnings.join());
    assert.ok(Number(told[1]) >= 149 && Number(told[1]) <= performance.now() - from + 1, told[0]);
  });
});
