import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import net from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { BrokenError, serve, type ServeOptions, type Server } from "../../mod.ts";
import type { Address } from "../../src/contract/socket.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";
import { unixPath } from "../support/unix_path.ts";

const LIMIT = { timeout: 60_000 };
const NO_IPV6 = Object.values(networkInterfaces()).flat().some((each) => each?.address === "::1")
  ? null
  : "needs IPv6 on the loopback interface";
const fetch = (request: Request) => new Response(request.url);

async function served(options: ServeOptions, run: (server: Server) => Promise<void>): Promise<void> {
  const server = serve({ fetch, ...options });
  await server.ready;
  try {
    await run(server);
  } finally {
    await server.close({ mercyMs: 0 });
  }
}

/** @returns The body of the answer. */
async function ask(address: Address, host = "localhost"): Promise<string> {
  const client = await RawClient.connect(address);
  client.send(`GET /path HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  await until(() => client.ended || client.closed);
  client.destroy();
  assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n/);
  return client.text.slice(client.text.indexOf("\r\n\r\n") + 4);
}

const portOf = (url: string) => Number(new URL(url).port);

testUnless(NO_IPV6, "serve() listens on [::1]:0, tells its URL in brackets, and answers", async () => {
  await served({ http: "[::1]:0" }, async ({ url, urls }) => {
    assert.match(url, /^http:\/\/\[::1\]:\d+\/$/);
    assert.deepEqual(urls, [url]);
    assert.equal(await ask({ transport: "tcp", hostname: "::1", port: portOf(url) }, `[::1]:${portOf(url)}`), `${url}path`);
    const answer = await globalThis.fetch(url);
    assert.equal(await answer.text(), url);
  });
}, LIMIT.timeout);

testUnless(NO_IPV6, "a request's remote address is the IPv6 one, and a yield app sees it in its env", async () => {
  const seen: unknown[] = [];
  await served({
    http: "[::1]:0",
    fetch: undefined,
    application: (env, startResponse) => {
      seen.push(env.REMOTE_ADDR, env.SERVER_NAME);
      startResponse("200 OK", []);
      return [];
    },
  }, async ({ url }) => {
    await ask({ transport: "tcp", hostname: "::1", port: portOf(url) });
    assert.deepEqual(seen, ["::1", "::1"]);
  });
}, LIMIT.timeout);

for (const mode of [0o600, 0o666]) {
  test(`serve() listens on a Unix socket with mode ${mode.toString(8)}, and takes the file away`, LIMIT, async () => {
    const path = unixPath();
    await served({ http: { transport: "unix", path, mode } }, async ({ url }) => {
      assert.equal(url, `unix:${path}`);
      assert.equal(statSync(path).mode & 0o777, mode);
      assert.equal(await ask({ transport: "unix", path }), "http://localhost/path");
    });
    assert.equal(existsSync(path), false);
  });
}

test("serve() listens on TCP and a Unix socket at once, with one set of cores, and closes both", LIMIT, async () => {
  const path = unixPath();
  let port = 0;
  await served({ http: ["127.0.0.1:0", `unix:${path}`], async: 1 }, async (server) => {
    assert.equal(server.urls.length, 2);
    port = portOf(server.urls[0]!);
    assert.equal(server.urls[1], `unix:${path}`);
    const answers = await Promise.all([ask({ transport: "tcp", hostname: "127.0.0.1", port }), ask({ transport: "unix", path })]);
    assert.deepEqual(answers, ["http://localhost/path", "http://localhost/path"]);
    assert.equal(server.stats().requests, 2);
  });
  await assert.rejects(RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port }));
  await assert.rejects(RawClient.connect({ transport: "unix", path }));
});

test("serve() on two free ports tells two URLs, in the order they were asked for", LIMIT, async () => {
  await served({ http: ["127.0.0.1:0", "localhost:0"] }, async ({ urls }) => {
    assert.equal(new Set(urls).size, 2);
    for (const url of urls) {
      const answer = await globalThis.fetch(url);
      assert.equal(answer.status, 200);
      await answer.text();
    }
  });
});

async function busyPort(run: (port: number) => Promise<void>): Promise<void> {
  const other = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    await run((other.address() as net.AddressInfo).port);
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
}

async function rejectsBusy(server: Server, address: string): Promise<void> {
  await assert.rejects(server.ready, (error) => {
    assert.ok(error instanceof BrokenError, `a BrokenError, not ${error}`);
    assert.equal(error.message, `listen on ${address}: address in use`);
    return true;
  });
}

test("serve() on a busy port: ready rejects with a BrokenError that names the address", LIMIT, async () => {
  await busyPort(async (port) => {
    const server = serve({ fetch, port });
    await rejectsBusy(server, `127.0.0.1:${port}`);
    assert.throws(() => server.url, /does not listen/);
    assert.equal(await server.close(), 0);
  });
});

test("serve() on one busy port of two: nothing is left open of the other", LIMIT, async () => {
  const path = unixPath();
  let free = 0;
  await busyPort(async (port) => {
    // The free port is known by asking for one and giving it back.
    const first = serve({ fetch, port: 0 });
    await first.ready;
    free = portOf(first.url);
    await first.close();
    const server = serve({ fetch, http: [`127.0.0.1:${free}`, `unix:${path}`, `127.0.0.1:${port}`] });
    await rejectsBusy(server, `127.0.0.1:${port}`);
    await assert.rejects(RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port: free }));
    assert.equal(existsSync(path), false);
    await server.close();
  });
  const again = serve({ fetch, port: free });
  await again.ready;
  await again.close();
});

test("serve() on a Unix socket that another server listens on: a BrokenError, and the other one goes on", LIMIT, async () => {
  const path = unixPath();
  await served({ http: `unix:${path}` }, async () => {
    const second = serve({ fetch, http: `unix:${path}` });
    await rejectsBusy(second, `unix:${path}`);
    assert.equal(await ask({ transport: "unix", path }), "http://localhost/path");
    await second.close();
  });
});
