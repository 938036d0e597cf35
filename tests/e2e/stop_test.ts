import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { pause, until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const CONNECTIONS = 32;
const APP = fileURLToPath(new URL(`./fixtures/hello_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url));

async function serving(args: readonly string[], run: (cli: CliProcess, url: URL) => Promise<void>): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0", "--log-format", "none", ...args]);
  try {
    await run(cli, new URL(await cli.listening()));
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

function connectTo(url: URL): Promise<RawClient> {
  return RawClient.connect({ transport: "tcp", hostname: url.hostname, port: Number(url.port) });
}

/** What a keep-alive client saw on its one connection. */
interface Counted {
  sent: number;
  answered: number;
  /** It was told that the connection closes: it sends nothing more, as RFC 9112 9.6 has it. */
  told: boolean;
  /** Sent when the connection closed under it, unanswered: RFC 9112 9.3.1 lets a client send it again, for a GET. */
  stale: number;
  /** A part of an answer came, and not the rest. */
  cut: number;
}

const ANSWER = /^HTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\nhello/;

const zero = (): Counted => ({ sent: 0, answered: 0, told: false, stale: 0, cut: 0 });

/** Sends one request after another for as long as it is let, and counts in `seen`. */
async function load(client: RawClient, target: string, seen: Counted): Promise<void> {
  while (!seen.told && !client.ended && !client.closed) {
    client.forget();
    client.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    seen.sent++;
    let answer: RegExpExecArray | null = null;
    await until(() => (answer = ANSWER.exec(client.text)) !== null || client.ended || client.closed, 20_000);
    if (answer !== null) {
      seen.answered++;
      seen.told = /\r\nconnection: close\r\n/i.test(answer[0]);
    } else if (client.text === "") seen.stale++;
    else seen.cut++;
  }
  client.destroy();
}

/**
 * Waits until the server has read all that was sent before: it is asked, on a connection of its own, what it refuses at once, without
 * a core and whoever waits for one.
 */
async function untilRead(url: URL, clients: readonly RawClient[]): Promise<void> {
  await until(() => clients.every(({ accepted }) => accepted > 0));
  const probe = await connectTo(url);
  probe.send("GET / HTTP/1.1\r\n\r\n");
  await until(() => probe.ended);
  assert.match(probe.text, /^HTTP\/1\.1 400 /);
  probe.destroy();
}

for (const target of ["/", "/slow?20"]) {
  test(
    `SIGTERM under load, ${CONNECTIONS} connections, ${target}: no request that was accepted is lost, and the exit code is 0`,
    LIMIT,
    async () => {
      await serving(["--async", "16"], async (cli, url) => {
        const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectTo(url)));
        const counts = clients.map(zero);
        const sum = (of: (counted: Counted) => number) => counts.reduce((total, counted) => total + of(counted), 0);
        const loads = clients.map((client, index) => load(client, target, counts[index]!));
        await until(() => sum(({ answered }) => answered) > CONNECTIONS * 5);
        const from = performance.now();
        cli.kill("SIGTERM");
        await Promise.all(loads);
        assert.deepEqual(await cli.exit, { code: 0, signal: null });
        assert.equal(sum(({ cut }) => cut), 0);
        assert.equal(sum(({ sent, answered, stale }) => sent - answered - stale), 0);
        // One that was on its way when an idle connection was closed was never accepted; but each client here has one request after the
        // other under way, and is told of the end in its last answer.
        assert.equal(sum(({ stale }) => stale), 0);
        assert.equal(counts.filter(({ told }) => told).length, CONNECTIONS);
        assert.match(cli.stderr, /\nstopped; 0 requests lost\n$/);
        // Its mercy is 30 s.
        assert.ok(performance.now() - from < 20_000, `${performance.now() - from} ms`);
      });
    },
  );
}

test("SIGTERM: requests in the wait queue are answered too, and a new connection is refused", LIMIT, async () => {
  await serving(["--async", "4"], async (cli, url) => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => connectTo(url)));
    for (const client of clients) client.send("GET /slow?1500 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await untilRead(url, clients);
    cli.kill("SIGTERM");
    await cli.untilStderr(/^SIGTERM: stopping; 8 requests in flight/m);
    await untilRefused(url);
    await until(() => clients.every(({ ended, closed }) => ended || closed));
    for (const client of clients) {
      assert.match(client.text, ANSWER);
      assert.match(client.text, /^connection: close\r$/m);
      client.destroy();
    }
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
  });
});

test("SIGTERM: connections that have no request are closed, and do not hold up the end", LIMIT, async () => {
  await serving([], async (cli, url) => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => connectTo(url)));
    clients[0]!.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => ANSWER.test(clients[0]!.text));
    const from = performance.now();
    cli.kill("SIGTERM");
    await until(() => clients.every(({ ended, closed }) => ended || closed));
    for (const client of clients) client.destroy();
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.ok(performance.now() - from < 15_000, `${performance.now() - from} ms`);
  });
});

test("SIGTERM: a client that never closes its end holds up the stop for some seconds at most", LIMIT, async () => {
  await serving([], async (cli, url) => {
    const client = await connectTo(url);
    // One that was not accepted yet would be reset with the listener.
    await untilRead(url, []);
    const from = performance.now();
    cli.kill("SIGTERM");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.ok(performance.now() - from < 15_000, `${performance.now() - from} ms`);
    await until(() => client.ended);
    client.destroy();
  });
});

test("a second SIGTERM under load ends the server at once, with 128 and its number", LIMIT, async () => {
  await serving([], async (cli, url) => {
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectTo(url)));
    for (const client of clients) client.send("GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await untilRead(url, clients);
    cli.kill("SIGTERM");
    await cli.untilStderr(/^SIGTERM: stopping; 32 requests in flight/m);
    const from = performance.now();
    cli.kill("SIGTERM");
    assert.deepEqual(await cli.exit, { code: 143, signal: null });
    assert.ok(performance.now() - from < 10_000, `${performance.now() - from} ms`);
    assert.match(cli.stderr, /\nSIGTERM again: ending at once; 32 requests lost\n$/);
    for (const client of clients) client.destroy();
  });
});

/** The listener is closed in the turn after the line that says so: a connection may just get in, and is then closed with the others. */
async function untilRefused(url: URL): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const client = await connectTo(url).catch(() => null);
    if (client === null) return;
    client.destroy();
    await pause(10);
  }
  assert.fail("new connections are still taken");
}
