/** Deadlines of requests on real sockets, with the command's own options and log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliProcess } from "../support/cli_process.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };

const APP = appFile(
  `export default {
    async fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      if (pathname === "/quick") return new Response("quick");
      if (pathname === "/own") context.harakiri(0.3);
      if (pathname === "/stream") return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) }));
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      throw request.signal.reason;
    },
  };`,
);

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

test("--harakiri ends the requests that are past it, and no others; the log names them and all cores", LIMIT, async () => {
  const options = ["--async", "4", "--harakiri", "1s", "--harakiri-route", "/patient*=60s", "--harakiri-verbose"];
  await servingCli([APP, ...options], async ({ connect, cli }) => {
    const [slow, own, stream, patient] = await Promise.all([connect(), connect(), connect(), connect()]);
    slow.send(get("/slow"));
    own.send(get("/own"));
    stream.send(get("/stream"));
    await until(() => stream.text.includes("200 OK"));
    patient.send(get("/patient"));
    await until(() => slow.text.endsWith("Gateway Timeout") && own.text.endsWith("Gateway Timeout") && (stream.ended || stream.closed));
    assert.match(slow.text, /^HTTP\/1\.1 504 /);
    assert.equal(patient.text, "");
    slow.send(get("/quick"));
    await until(() => slow.text.endsWith("quick"));
    await until(() => (cli.stderr.match(/\*\*\* HARAKIRI \*\*\*/g) ?? []).length === 3);
    assert.match(
      cli.stderr,
      /\*\*\* HARAKIRI \*\*\* \[core \d\] GET \/slow, waiting after \d+ ms and 0 switches, from 127\.0\.0\.1, past its 1000 ms: answered with 504/,
    );
    assert.match(cli.stderr, /GET \/own, [^\n]*past its 3\d\d ms: answered with 504/);
    assert.match(cli.stderr, /GET \/stream, [^\n]*past its 1000 ms: its answer had begun: reset/);
    assert.match(cli.stderr, /\n {4}HARAKIRI \[core \d\] GET \/patient, waiting after/);
    assert.doesNotMatch(cli.stderr, /\[ERROR\]/);
    for (const client of [slow, own, stream, patient]) client.destroy();
  });
});

test("--harakiri-lost: past so many lost cores heddle drains, and ends with a status of its own", LIMIT, async () => {
  const app = appFile(
    `export default {
      fetch(request) {
        if (request.url.endsWith("/slow")) return new Promise((resolve) => setTimeout(resolve, 1500, new Response("slow")));
        return new Promise(() => {});
      },
    };`,
  );
  const options = ["--async", "4", "--harakiri", "300ms", "--harakiri-route", "/slow=60s", "--harakiri-lost", "1"];
  await servingCli([app, ...options], async ({ connect, cli }) => {
    const [first, second, slow] = await Promise.all([connect(), connect(), connect()]);
    slow.send(get("/slow"));
    first.send(get("/never"));
    second.send(get("/never"));
    assert.deepEqual(await cli.exit, { code: 75, signal: null });
    assert.ok(slow.text.endsWith("slow"));
    assert.match(cli.stderr, /\*\*\* WARNING \*\*\* 2 cores of 4 are lost, more than --harakiri-lost 1 allows: [^\n]*should be replaced\n/);
    assert.match(
      cli.stderr,
      /\n2 cores of 4 are lost, [^\n]* allows: stopping; 3 requests in flight, at most 30 s\nstopped; 0 requests lost\n$/,
    );
  });
});

test("serve(): a branch that nobody awaits, of a request that was given up, ends no process; another rejection does", LIMIT, async () => {
  const cli = new CliProcess([], { module: "tests/e2e/fixtures/given_up", denoFlags: ["-A"] });
  const { code } = await cli.exit;
  // On Bun what nobody handles ends the process once nothing is left to do.
  assert.match(cli.stdout, runtimeName() === "bun" ? /^504 quick 1\n/ : /^504 quick 1\n$/);
  assert.match(cli.stderr, /nobody handles this/);
  assert.notEqual(code, 0);
});
