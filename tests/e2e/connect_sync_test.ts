/** Connections of apps that block, in threads of the worker engine, with real sockets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { echo, type Peer, withPeer } from "../support/echo_peer.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { until, withServer } from "../support/served.ts";
import { unixPath } from "../support/unix_path.ts";

const LIMIT = { timeout: 90_000 };
/** For threads that start on a busy machine. */
const PATIENCE = 60_000;
const APP = new URL(`./fixtures/worker_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const areGone = ({ connections }: Peer) => connections.every(({ destroyed, readableEnded }) => destroyed || readableEnded);

for (const path of [undefined, unixPath()]) {
  const kind = path === undefined ? "TCP" : "a Unix socket";
  test(`connectSync() reads and writes by ${kind}, 1 MiB to an echo and back, until it is closed`, LIMIT, async () => {
    await withPeer(echo, async (peer) => {
      await withServer({ module: APP, async: 2 }, async ({ exchange, server, heard }) => {
        const { bytes, same, end, ended, closed, remote } = JSON.parse(parseAnswer(await exchange(get(`/connectSync?${peer.name}`))).body);
        assert.deepEqual([bytes, same, end, remote], [1_048_576, true, null, path === undefined ? "tcp" : "unix"]);
        assert.match(ended, /^ClosedError: (?:write to|use) the connection with .*: it was (?:ended|closed)$/);
        assert.match(closed, /^ClosedError: use a connection: it was closed/);
        await until(() => areGone(peer), PATIENCE);
        assert.deepEqual([server.stats().busy, heard.errors], [0, []]);
      });
    }, path);
  });
}

test("connectSync() and its reads have a time, after which nothing is lost; what is refused says so", LIMIT, async () => {
  await withPeer(echo, async (peer) => {
    await withServer({ module: APP, async: 2 }, async ({ exchange }) => {
      const answer = JSON.parse(parseAnswer(await exchange(get(`/connectSync/timed?${peer.name}`))).body);
      assert.match(answer.late, /^BrokenError: read from the connection with .*: no progress within 100 ms$/);
      assert.ok(answer.waitedMs >= 99, `${answer.waitedMs} ms`);
      assert.equal(answer.then, "hello");
      assert.match(answer.refused, /^BrokenError: /);
      assert.match(answer.bad, /^TypeError: connect to "nowhere": /);
    });
  });
});

test(
  "connectSync(): a request's end closes its connections, behind what was written, and another request cannot use them",
  LIMIT,
  async () => {
    let heard = "";
    await withPeer((socket) => void socket.on("data", (bytes) => heard += String(bytes)), async (peer) => {
      await withServer({ module: APP, async: 1 }, async ({ exchange }) => {
        assert.equal(parseAnswer(await exchange(get(`/connectSync/left?${peer.name}`))).body, "left");
        await until(() => peer.connections.length === 1 && areGone(peer), PATIENCE);
        assert.equal(heard, "the last");
        assert.match(parseAnswer(await exchange(get("/connectSync/after"))).body, /^ClosedError: /);
      });
    });
  },
);

test("connectSync() with the request's signal ends when its client goes, and harakiri closes what a thread has open", LIMIT, async () => {
  await withPeer((socket) => void socket.resume(), async (peer) => {
    const harakiri = { harakiriRoutes: [{ glob: "/connectSync/given-up", ms: 0 }], harakiriMs: 500 };
    await withServer({ module: APP, async: 1, ...harakiri }, async ({ exchange, connect, heard, server }) => {
      const goes = await connect();
      goes.send(get(`/connectSync/given-up?${peer.name}`));
      await until(() => peer.connections.length === 1, PATIENCE);
      goes.reset();
      await until(() => heard.errors.length === 1, PATIENCE);
      assert.equal((heard.errors[0]!.error as Error).message, "told of BrokenError");
      await until(() => areGone(peer) && server.stats().busy === 0, PATIENCE);
      assert.equal(parseAnswer(await exchange(get(`/connectSync?${peer.name}`))).status, 504);
      await until(() => server.stats().lost === 0 && areGone(peer), PATIENCE);
    });
  });
});

test("connectSync() of one request too many is refused, and the others are closed at its end", LIMIT, async () => {
  await withPeer((socket) => void socket.resume(), async (peer) => {
    await withServer({ module: APP, async: 1 }, async ({ exchange }) => {
      const { body } = parseAnswer(await exchange(get(`/connectSync/many?${peer.name}`)));
      assert.equal(body, "64 BrokenError: connect: this request has 64 connections already; close some");
      await until(() => peer.connections.length === 64 && areGone(peer), PATIENCE);
    });
  });
});
