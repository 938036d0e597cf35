import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { withPeer } from "../support/echo_peer.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const FOLDER = fileURLToPath(new URL("../../examples/uwsgi/", import.meta.url));
// The emit for Node 20 ends in .js.
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const EXAMPLES = ["proxy", "sleeping", "waiting"];

/** Serves an example while `use` runs. @param env What it is told by its environment. */
async function withExample(
  name: string,
  env: Readonly<Record<string, string>>,
  use: (url: string, cli: CliProcess) => Promise<void>,
): Promise<void> {
  const cli = new CliProcess(["serve", `${FOLDER}${name}${EXTENSION}`, "--port", "0", "--async", "10", "--limit-post", "100mb"], {
    env,
    denoFlags: ["-A"],
  });
  try {
    await use(await cli.listening(), cli);
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

test("examples/uwsgi: every file has a test here", () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
  assert.deepEqual(files.sort(), EXAMPLES);
});

test("examples/uwsgi/sleeping.ts: ten sleep at once, a fraction of a second each, and the log counts a switch", LIMIT, async () => {
  await withExample("sleeping", {}, async (url, cli) => {
    const from = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await (await fetch(`${url}/?s=0.5`)).text()));
    assert.ok(performance.now() - from >= 500);
    for (const answer of answers) assert.match(answer, /^core \d slept 0\.5 s\n$/);
    assert.equal(new Set(answers).size, 10);
    await until(() => (cli.stderr + cli.stdout).split("\n").filter((line) => /\(1 switches on core \d\)$/.test(line)).length === 10);
  });
});

test(
  "examples/uwsgi/waiting.ts: whoever speaks first is heard; with nobody, 504 in time; a peer that hangs up says so",
  LIMIT,
  async () => {
    const peers: Socket[] = [];
    await withPeer((socket) => peers.push(socket), async (silent) => {
      const speaking: Socket[] = [];
      await withPeer((socket) => speaking.push(socket), async (speaks) => {
        await withExample("waiting", { PEERS: `${silent.name},${speaks.name}` }, async (url) => {
          const first = fetch(`${url}/?ms=30000`);
          await until(() => speaking.length === 1 && peers.length === 1);
          speaking[0]!.write("hello\n");
          assert.equal(await (await first).text(), "peer 1: hello\n");

          const from = performance.now();
          const second = await fetch(`${url}/?ms=300`);
          assert.deepEqual([second.status, await second.text()], [504, "nobody spoke\n"]);
          assert.ok(performance.now() - from >= 300);

          const third = fetch(`${url}/?ms=30000`);
          await until(() => peers.length === 3);
          peers[2]!.end();
          assert.equal(await (await third).text(), "peer 0: hung up\n");
        });
      });
    });
  },
);

test("examples/uwsgi/proxy.ts: a large body goes through both ways, an upstream that is slow holds up no other", LIMIT, async () => {
  const total = 8_000_000;
  const closed: string[] = [];
  const server = createServer((request, response) => {
    request.socket.on("close", () => closed.push(request.url!));
    if (request.url === "/slow") return void response.write("slow");
    if (request.url === "/echo") {
      response.writeHead(201, { "x-upstream": "yes", connection: "close" });
      request.pipe(response);
    } else response.end(`${request.method} ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await withExample("proxy", { UPSTREAM: `127.0.0.1:${(server.address() as AddressInfo).port}` }, async (url) => {
      const { hostname, port } = new URL(url);
      const slow = await RawClient.connect({ transport: "tcp", hostname, port: Number(port) });
      slow.send(`GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await until(() => slow.text.includes("slow"));

      assert.equal(await (await fetch(`${url}/a?b=c`)).text(), "GET /a?b=c");
      const answer = await fetch(`${url}/echo`, { method: "POST", body: new Uint8Array(total).fill(0x61) });
      assert.deepEqual([answer.status, answer.headers.get("x-upstream")], [201, "yes"]);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      assert.equal(bytes.length, total);
      assert.ok(bytes.every((byte) => byte === 0x61));

      assert.equal(closed.includes("/slow"), false);
      slow.reset();
      await until(() => closed.includes("/slow"));
    });
    await withExample("proxy", { UPSTREAM: "unix:/nowhere/at.sock" }, async (url) => {
      const answer = await fetch(url);
      assert.deepEqual([answer.status, /^bad gateway: connect to unix:\/nowhere\/at\.sock: /.test(await answer.text())], [502, true]);
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
