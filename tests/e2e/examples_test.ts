import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };
const FOLDER = fileURLToPath(new URL("../../examples/", import.meta.url));
// The emit for Node 20 ends in .js.
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** How an example is started, and what shows that it does what its header says. */
interface ExampleCase {
  readonly args?: readonly string[];
  check(url: string): Promise<void>;
}

const CASES: Readonly<Record<string, ExampleCase>> = {
  hello: {
    async check(url) {
      assert.equal(await text(url), "Hello, World!\n");
    },
  },
  hono: {
    args: ["--async", "100"],
    async check(url) {
      assert.equal(await text(url), "Hello from Hono!\n");
      assert.deepEqual(JSON.parse(await text(`${url}/users/7`)), { id: 7, from: "127.0.0.1" });
      assert.deepEqual(JSON.parse(await text(`${url}/echo`, { method: "POST", body: '{"a":[1]}' })), { a: [1] });
    },
  },
  server_sent_events: {
    args: ["--async", "2"],
    async check(url) {
      // More listeners than cores: none of them holds one.
      const clients = await Promise.all([get(url), get(url), get(url)]);
      await until(() => clients.every(({ text }) => text.includes("id: 2\n")));
      for (const { text } of clients) assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*content-type: text\/event-stream\r\n/);
      assert.match(clients[0]!.text, /\r\nid: 1\ndata: \d{4}-[^\n]+Z\n\n\r\n/);
      for (const client of clients) client.reset();
    },
  },
  upload: {
    args: ["--limit-post", "10gb"],
    async check(url) {
      const answer = await fetch(url, { method: "PUT", body: new Uint8Array(3_000_000) });
      const { bytes, chunks } = await answer.json() as { bytes: number; chunks: number };
      assert.equal(bytes, 3_000_000);
      assert.ok(chunks > 1, `${chunks} chunk`);
      const wrong = await fetch(url);
      assert.deepEqual([wrong.status, wrong.headers.get("allow"), await wrong.text()], [405, "PUT, POST", "PUT or POST a file\n"]);
    },
  },
  cpubound: {
    args: ["--async", "10"],
    async check(url) {
      const clients = await Promise.all([get(url), get(url)]);
      await until(() => clients.every((client) => client.received > 0));
      assert.equal(clients.some((client) => client.ended), false);
      await until(() => clients.every((client) => client.ended), 50_000);
      for (const client of clients) {
        assert.ok(client.text.includes("<h1>1</h1>") && client.text.includes("<h1>9999</h1>"));
        client.destroy();
      }
    },
  },
  sleeping: {
    args: ["--async", "10"],
    async check(url) {
      assert.equal((await fetch(`${url}/?ms=never`)).status, 400);
      const from = performance.now();
      const cores = new Set<string>();
      const times = await Promise.all(Array.from({ length: 12 }, async () => {
        const [, core, slept] = /^core (\d) slept (\d+) ms\n$/.exec(await text(`${url}/?ms=500`))!;
        cores.add(core!);
        assert.ok(Number(slept) >= 499, `slept ${slept} ms`);
        return performance.now() - from;
      }));
      times.sort((one, other) => one - other);
      // Ten at once, and two after them: one after the other they would take 6,000.
      assert.equal(cores.size, 10);
      assert.ok(times[0]! >= 500 && times[10]! >= 1000 && times[11]! < 5000, `${times}`);
    },
  },
  sleeping_yield: {
    async check(url) {
      const from = performance.now();
      assert.match(await text(url), /^core (\d+): slice 1\ncore \1: slice 2\ncore \1: slice 3\n$/);
      assert.ok(performance.now() - from >= 600);
    },
  },
  throttle: {
    async check(url) {
      const from = performance.now();
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const took = performance.now() - from;
      assert.equal(bytes.length, 655_360);
      assert.ok(took >= 890 && took < 20_000, `${took} ms`);
    },
  },
};

const examples = readdirSync(FOLDER).filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));

test("examples/: every file has a case here, and every case a file", () => {
  assert.deepEqual([...examples].sort(), Object.keys(CASES).sort());
});

for (const name of examples) {
  test(`heddle serve examples/${name}.ts answers as its header says`, LIMIT, async () => {
    const { args = [], check } = CASES[name]!;
    const cli = new CliProcess(["serve", `${FOLDER}${name}${EXTENSION}`, "--port", "0", ...args]);
    try {
      await check(await cli.listening());
      // A slice is long on a busy machine, too.
      assert.equal(cli.stderr.replace(/^.* held the event loop for .*$/gm, "").includes("WARNING"), false, cli.stderr);
    } finally {
      cli.kill("SIGKILL");
      await cli.exit;
    }
  });
}

async function text(url: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  assert.equal(answer.status, 200);
  return await answer.text();
}

async function get(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const client = await RawClient.connect({ transport: "tcp", hostname, port: Number(port) });
  client.send(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  return client;
}
