/** The worker engine with real threads and sockets. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../mod.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { runCli } from "../support/cli_process.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { pause, until, withServer } from "../support/served.ts";

const LIMIT = { timeout: 90_000 };

const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
const APP = new URL(`./fixtures/worker_app.${ending}`, import.meta.url);
const SIGNALS_APP = fileURLToPath(new URL(`./fixtures/worker_signals.${ending}`, import.meta.url));
const HONO = new URL(`../../examples/hono.${ending}`, import.meta.url);

const LARGE = 8 * 1_048_576;
/** For threads that start on a busy machine. */
const PATIENCE = 60_000;

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Threads of this process, the runtime's own among them. */
const threads = () => readdirSync("/proc/self/task").length;

/** Until so many threads have answered: on a busy machine they are seconds in coming, and those that are there do the others' work. */
async function startAll(exchange: (request: string) => Promise<string>, count: number): Promise<void> {
  const seen = new Set<string>();
  const end = performance.now() + PATIENCE;
  while (seen.size < count) {
    assert.ok(performance.now() < end, `${seen.size} of ${count} threads have answered`);
    const answers = await Promise.all(Array.from({ length: count }, () => exchange(get("/sleep?500"))));
    for (const answer of answers) seen.add(/x-thread: (\d+)/.exec(answer)![1]);
  }
}

test("worker: apps answer from threads, each with state of its own", LIMIT, async () => {
  await withServer({ module: APP, async: 2, postBufferingBytes: 0 }, async ({ exchange, connect, server }) => {
    const first = JSON.parse(parseAnswer(await exchange(get("/a"))).body);
    assert.deepEqual(first, { requests: 1, core: [0, 0], remote: "tcp", path: "/a" });
    assert.equal(JSON.parse(parseAnswer(await exchange(get("/b"))).body).requests, 2);
    assert.equal(server.engines.suspend, "worker");
    // It has its thread for as long as the other's takes to start.
    const uploads = await connect();
    uploads.send("POST /hash HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");
    await until(() => server.stats().busy === 1);
    const other = JSON.parse(parseAnswer(await exchange(get("/c"))).body);
    assert.deepEqual([other.requests, other.core], [1, [1, 1]]);
    uploads.send("12345");
    await until(() => uploads.ended, PATIENCE);
    assert.equal(parseAnswer(uploads.text).body, sha256(Buffer.from("12345")));
    uploads.destroy();
  });
  await withServer({ module: HONO }, async ({ exchange }) => {
    assert.equal(parseAnswer(await exchange(get("/"))).body, "Hello from Hono!\n");
  });
});

test("worker: 8 MiB come whole, streamed both ways and in one piece", LIMIT, async () => {
  const body = randomBytes(LARGE);
  await withServer({ module: APP, async: 4, limitPostBytes: LARGE }, async ({ url }) => {
    const post = (path: string) => fetch(new URL(path, url), { method: "POST", body });
    assert.equal(await (await post("/hash")).text(), sha256(body));
    assert.equal(sha256(new Uint8Array(await (await post("/echo")).arrayBuffer())), sha256(body));
    assert.equal(sha256(new Uint8Array(await (await post("/whole")).arrayBuffer())), sha256(body));
  });
});

test("worker: a stream is pulled no faster than its client takes it", LIMIT, async () => {
  await withServer({ module: APP, async: 2 }, async ({ connect, server }) => {
    const client = await connect();
    client.send(get("/timed?1000"));
    await until(() => client.received > 0, PATIENCE);
    client.pause();
    await until(() => server.stats().cores[0]!.state === "sending", PATIENCE);
    await pause(500);
    const resumedAt = Date.now();
    client.resume();
    await until(() => client.ended, PATIENCE);
    const bytes = client.bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const times: number[] = [];
    // Each of them is a chunk on the wire.
    const first = client.text.slice(0, 1000).indexOf("10000\r\n") + 7;
    for (let at = first; at + 65_536 < bytes.length; at += 65_536 + 9) times.push(view.getFloat64(at));
    const early = times.filter((time) => time < resumedAt).length;
    assert.equal(times.length, 1000);
    // What the kernel's buffers hold, which a client that reads nothing fills too.
    assert.ok(early < 300, `${early} of 1000 chunks were pulled for a client that took none`);
    client.destroy();
  });
});

test("worker: readSync() and waitReadSync() take a body that is still coming", LIMIT, async () => {
  await withServer({ module: APP, async: 2, postBufferingBytes: 0, limitPostBytes: LARGE }, async ({ connect, server }) => {
    const body = randomBytes(LARGE);
    const client = await connect();
    client.send(`POST /waitReadSync HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${LARGE}\r\n\r\n`);
    await until(() => server.stats().busy === 1, PATIENCE);
    // It is not in time: 100 ms at least are over before anything is sent.
    await pause(3000);
    client.send(body);
    await until(() => client.ended, PATIENCE);
    assert.deepEqual(JSON.parse(parseAnswer(client.text).body), [false, true, sha256(body), null, false]);
    client.destroy();
  });
});

test("worker: harakiri ends a thread that stands still", LIMIT, async () => {
  await withServer({ module: APP, async: 1, harakiriMs: 500 }, async ({ exchange, server }) => {
    // A thread that is started meanwhile may take longer than that.
    assert.equal(parseAnswer(await exchange(get("/sleepSync?60000"))).status, 504);
    await until(() => server.stats().busy === 0 && server.stats().lost === 0);
  });
});

test("worker: ten that block sleep at once; an endless loop costs its own request and thread, and nobody else notices", LIMIT, async () => {
  await withServer({ module: APP, async: 11, harakiriRoutes: [{ glob: "/spin", ms: 6000 }] }, async ({ exchange, server, heard }) => {
    // All threads are there before the loop takes a processor.
    await startAll(exchange, 11);
    const sleeping = Array.from({ length: 10 }, () => exchange(get("/sleepSync?3000")));
    await until(() => server.stats().cores.filter(({ state }) => state === "sleeping").length === 10, PATIENCE);
    assert.equal(parseAnswer(await exchange(get("/suspendSync"))).body, "suspended");
    assert.equal(heard.requests.find(({ target }) => target === "/suspendSync")?.switches, 5);
    for (const answer of await Promise.all(sleeping)) assert.equal(parseAnswer(answer).body, "slept");
    assert.equal(heard.requests.find(({ target }) => target === "/sleepSync?3000")?.switches, 1);
    const spinning = exchange(get("/spin"));
    await until(() => server.stats().busy === 1);
    const others = await Promise.all(Array.from({ length: 9 }, () => exchange(get("/sleep?20"))));
    for (const other of others) assert.equal(parseAnswer(other).body, "slept");
    assert.equal(server.stats().harakiriCount, 0);
    await until(() => server.stats().harakiriCount === 1, PATIENCE);
    assert.equal(parseAnswer(await spinning).status, 504);
    await until(() => server.stats().busy === 0);
    const all = await Promise.all(Array.from({ length: 10 }, () => exchange(get("/sleep?20"))));
    for (const answer of all) assert.equal(parseAnswer(answer).body, "slept");
    assert.deepEqual([server.stats().lost, heard.harakiris.length, heard.errors], [0, 1, []]);
  });
});

test("worker: a thread that ends fails its own request alone", LIMIT, async () => {
  await withServer({ module: APP, async: 4 }, async ({ exchange, connect, heard, server }) => {
    const patient = exchange(get("/sleep?1500"));
    for (const path of ["/throw", "/exit", "/uncaught"]) assert.equal(parseAnswer(await exchange(get(path))).status, 500);
    // A thread is free, which takes the next one at once: a client that goes before is heard of by no app.
    await exchange(get("/a"));
    const goes = await connect();
    goes.send(get("/gone"));
    await until(() => server.stats().cores.some(({ request }) => request?.target === "/gone"));
    await pause(200);
    goes.reset();
    await until(() => heard.errors.length === 4, PATIENCE);
    assert.equal(parseAnswer(await patient).body, "slept");
    assert.deepEqual(heard.errors.map(({ error, name }) => `${name} ${(error as Error).message}`.slice(0, 45)).sort(), [
      "GET /exit serve a request: its thread has end",
      "GET /gone told of BrokenError",
      "GET /throw as told",
      "GET /uncaught of a timer",
    ]);
  });
});

test("worker: a client that goes is heard of by an app that blocks", LIMIT, async () => {
  await withServer({ module: APP, async: 1 }, async ({ exchange, connect, heard, server }) => {
    await exchange(get("/a"));
    const goes = await connect();
    goes.send(get("/standing"));
    await until(() => server.stats().cores[0]!.state === "sleeping", PATIENCE);
    goes.reset();
    await until(() => heard.errors.length === 1, PATIENCE);
    assert.equal((heard.errors[0]!.error as Error).message, "told of BrokenError");
    await until(() => server.stats().busy === 0, PATIENCE);
    assert.match(await exchange(get("/a")), /"requests":3/);
  });
});

test("worker: after 1,000 mixed requests no thread is left", LIMIT, async () => {
  const server = serve({ module: APP, async: 4, port: 0, harakiriMs: 20_000, observer: {} });
  await server.ready;
  const sleep = async () => await (await fetch(new URL("/sleep?2000", server.url))).text();
  await Promise.all(Array.from({ length: 4 }, sleep));
  const most = threads();
  const first = server.stats().requests;
  const paths = ["/a", "/sleep?1", "/throw", "/timed?3", "/b"];
  const body = randomBytes(100_000);
  const run = async (client: number) => {
    for (let count = 0; count < 250; count++) {
      const path = client === 0 && count === 60 ? "/exit" : paths[(client + count) % paths.length]!;
      const answer =
        await (count % 7 === 3 ? fetch(new URL("/whole", server.url), { method: "POST", body }) : fetch(new URL(path, server.url)));
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 4 }, (_, client) => run(client)));
  const { requests, busy } = server.stats();
  assert.deepEqual([requests - first, busy], [1000, 0]);
  assert.equal(await server.close({ mercyMs: 1000 }), 0);
  // The runtime's own pools may have grown by some meanwhile.
  await until(() => threads() <= most - 2, PATIENCE);
});

test("heddle serve --suspend worker says what it is, stops on SIGTERM, and says why an app does not load", LIMIT, async () => {
  const app = appFile(
    `let count = 0;
    export default (request) => {
      if (request.url.endsWith("/rejects")) Promise.reject(new TypeError("nobody handles this"));
      return new Response("from a thread " + ++count);
    };`,
  );
  await servingCli([app, "--suspend", "worker"], async ({ cli, connect }) => {
    const client = await connect();
    // By "bun test" a thread would be ended by it, whoever listens.
    client.send("GET /rejects HTTP/1.1\r\nHost: a\r\n\r\n");
    await cli.untilStderr(/TypeError: nobody handles this/);
    client.send(get("/"));
    await until(() => client.text.endsWith("from a thread 2"), PATIENCE);
    client.destroy();
    cli.kill("SIGTERM");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.match(cli.stderr, /suspend worker, \d+ cores/);
    assert.match(
      cli.stderr,
      /app: .*app\.mjs, loaded by each thread, with state of its own; an answer that streams has its thread to its end\n/,
    );
  });
  const failing = appFile(`throw new TypeError("no database");`);
  const failed = await runCli(["serve", failing, "--suspend", "worker", "--port", "0"]);
  assert.match(failed.stderr, /^heddle: load app ".*": it failed while loading: TypeError: no database \(at .*app\.mjs:1:\d+\)\n$/m);
  assert.equal(failed.code, 1);
  const many = await runCli(["serve", app, "--suspend", "worker", "--async", "1000", "--port", "0"]);
  assert.match(many.stderr, /1000 is too much for the worker engine.*256/);
  assert.equal(many.code, 2);
});

test("worker: an app that registers a signal is told so", LIMIT, async () => {
  const { stderr, code } = await runCli(["serve", SIGNALS_APP, "--suspend", "worker", "--port", "0"], { denoFlags: ["-A"] });
  assert.match(stderr, /register signal 9: signals are the process's, and this app runs in a thread/);
  assert.equal(code, 1);
});
