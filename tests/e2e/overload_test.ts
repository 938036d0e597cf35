/** More clients than a server can do with, and clients that mean no good: what it can do it does, and the others cost it little. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliProcess } from "../support/cli_process.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import type { RawClient } from "../support/raw_client.ts";

const LIMIT = { timeout: 60_000 };

/** `/sleep` takes 50 ms, and an upload is answered with its length. */
const APP = appFile(
  `export default {
    async fetch(request) {
      if (request.url.endsWith("/sleep")) await new Promise((resolve) => setTimeout(resolve, 50));
      return new Response(String((await request.text()).length));
    },
  };`,
);

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Serves the app with these options while `run` runs. */
function serving(options: readonly string[], run: (connect: () => Promise<RawClient>, cli: CliProcess) => Promise<void>): Promise<void> {
  return servingCli([APP, "--log-format", "none", ...options], ({ connect, cli }) => run(connect, cli));
}

/** Sends one request, and gives its answer's status and how long it took. Of a client that has one under way at a time. */
async function ask(client: RawClient, request: string): Promise<readonly [status: number, ms: number]> {
  const started = performance.now();
  client.forget();
  client.send(request);
  while (!client.text.includes("\r\n\r\n") && !client.closed) await pause(1);
  return [Number(client.text.slice(9, 12)), performance.now() - started];
}

/** Asks again and again for so long. @returns The statuses. */
async function honest(connect: () => Promise<RawClient>, ms: number): Promise<number[]> {
  const statuses: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until;) {
    const client = await connect();
    statuses.push((await ask(client, GET))[0]);
    client.destroy();
    await pause(20);
  }
  return statuses;
}

test("300 heads that trickle in: honest clients are served, and the slow ones are gone by the head timeout", LIMIT, async () => {
  await serving(["--async", "10", "--head-timeout", "2s"], async (connect) => {
    const slow = await Promise.all(Array.from({ length: 300 }, connect));
    for (const client of slow) client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    const trickle = (async () => {
      for (let count = 0; count < 15; count++) {
        for (const client of slow) if (!client.ended) client.send("x");
        await pause(200);
      }
    })();
    const statuses = await honest(connect, 3000);
    await trickle;
    assert.ok(statuses.length > 10 && statuses.every((status) => status === 200), String(statuses));
    assert.deepEqual(slow.filter((client) => !client.text.startsWith("HTTP/1.1 408 ") || !client.ended).length, 0);
  });
});

test("300 uploads that trickle in hold no core: honest clients are served", LIMIT, async () => {
  await serving(["--async", "10", "--queue", "10"], async (connect, cli) => {
    const slow = await Promise.all(Array.from({ length: 300 }, connect));
    for (const client of slow) client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
    const trickle = (async () => {
      for (let count = 0; count < 10; count++) {
        for (const client of slow) client.send("x".repeat(100));
        await pause(200);
      }
    })();
    const statuses = await honest(connect, 2000);
    await trickle;
    assert.ok(statuses.length > 10 && statuses.every((status) => status === 200), String(statuses));
    assert.equal(slow.filter((client) => client.text !== "").length, 0);
    assert.doesNotMatch(cli.stderr, /queue/);
  });
});

test("--queue-timeout under 20 times what the cores can do: their work goes on, and the others get a 503 soon", LIMIT, async () => {
  // 10 cores and 50 ms: 200 a second.
  await serving(["--async", "10", "--queue", "20", "--queue-timeout", "500ms"], async (connect) => {
    const clients = await Promise.all(Array.from({ length: 200 }, connect));
    const seconds = 3;
    const answers: (readonly [status: number, ms: number])[] = [];
    const until = performance.now() + seconds * 1000;
    await Promise.all(clients.map(async (client) => {
      while (performance.now() < until) {
        answers.push(await ask(client, GET.replace("/", "/sleep")));
        if (answers.at(-1)![0] === 503) await pause(50);
      }
    }));
    const served = answers.filter(([status]) => status === 200);
    const shed = answers.filter(([status]) => status === 503);
    assert.equal(served.length + shed.length, answers.length);
    assert.ok(served.length > 0.5 * 200 * seconds, `${served.length} were served`);
    assert.ok(shed.length > served.length, `${shed.length} were turned away`);
    // A queue of 20 is over in 100 ms; the rest is the machine's.
    const slowest = Math.max(...served.map(([, ms]) => ms));
    assert.ok(slowest < 2000, `${slowest} ms`);
  });
});
