/**
 * Every client against the server of the runtime that runs this file. The other runtimes' paths come as `HEDDLE_RUNTIME_DENO` and so on
 * from `scripts/run_test_file.ts`. `HEDDLE_TEST_FULL=1`: 100,000 requests a client. `HEDDLE_CLIENT_FIGURES=FILE`: appends what was seen, a
 * line of JSON a client.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { type Front, haproxyConfig, hasFront, nginxConfig, withFront } from "../support/front.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName, runtimeVersion } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const FULL = process.env.HEDDLE_TEST_FULL === "1";
const REQUESTS = FULL ? 100_000 : 1000;
const LIMIT_MS = FULL ? 300_000 : 45_000;
const CONNECTIONS = 16;
/**
 * How many connections a client may open for each one that it uses at once: Node's fetch opens two. The fetch of Deno 2.9.6 and of Bun 1.4.5
 * sends a GET again, untold, when a kept connection breaks: a lost one shows in this count alone.
 */
const MOST_OPENED = 4;
const FIGURES = process.env.HEDDLE_CLIENT_FIGURES;
const FIXTURES = new URL("./fixtures/", import.meta.url);
const APP = fileURLToPath(new URL(`clients_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, FIXTURES));
const HTTP_CLIENT = fileURLToPath(new URL("http_client.py", FIXTURES));
const HALF_CLOSE_CLIENT = fileURLToPath(new URL("half_close_client.py", FIXTURES));
const FETCH_CLIENT = fileURLToPath(new URL("fetch_client.mjs", FIXTURES));
const POOL_CLIENT = fileURLToPath(new URL("pool_client.mjs", FIXTURES));

/** What a client has seen. */
interface Outcome {
  readonly requests: number;
  readonly errors: number;
  readonly firstError: string | null;
  /** Connections that it needed, if each was kept. */
  readonly needed: number;
  readonly seconds: number;
}

const folder = mkdtempSync(join(tmpdir(), "heddle-clients-"));
after(() => rmSync(folder, { recursive: true }));

/** Serves one client, so that its connections can be counted, and checks what it has seen. */
async function serve(client: string, run: (url: string) => Promise<Outcome>, options: readonly string[] = []): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0", "--log-format", "none", ...options]);
  try {
    const url = await cli.listening();
    const { requests, errors, firstError, needed, seconds } = await run(url);
    const connections = await connectionsOf(url, options.includes("--proxy-protocol") ? "PROXY UNKNOWN\r\n" : "");
    const server = `${runtimeName()} ${runtimeVersion()}`;
    const figures = { server, client, requests, errors, connections, requestsPerSecond: Math.round(requests / seconds) };
    if (FIGURES !== undefined) appendFileSync(FIGURES, `${JSON.stringify(figures)}\n`);
    assert.equal(errors, 0, `${errors} errors in ${requests} requests, the first: ${firstError}`);
    assert.ok(requests >= REQUESTS, `${requests} requests`);
    assert.ok(connections > 0 && connections <= needed * MOST_OPENED, `${connections} connections`);
    // Timed by the wall: a busy machine that stops the server for 100 ms brings this warning, too.
    const told = cli.stderr.split("\n").filter((line) => /ERROR|WARNING/.test(line) && !line.includes(" held the event loop for "));
    assert.deepEqual(told, []);
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

/** @param start What a connection has to begin with. */
async function connectionsOf(url: string, start: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const client = await RawClient.connect({ transport: "tcp", hostname, port: Number(port) });
  client.send(`${start}GET /connections HTTP/1.0\r\n\r\n`);
  await until(() => client.ended || client.closed);
  client.destroy();
  return Number(/\r\n\r\n(\d+)$/.exec(client.text)?.[1] ?? NaN);
}

function without(program: string): string | null {
  return spawnSync(program, ["--version"]).error === undefined ? null : `needs ${program} (Debian package ${program})`;
}

/** Runs a client to its end. @returns Its standard output. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  // An answer that never comes: the client goes before the test does.
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS - 5000);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => out += chunk);
  child.stderr.on("data", (chunk) => err += chunk);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  assert.equal(code, 0, `${program} ended with ${code}: ${err.slice(0, 1000)}`);
  return out;
}

/** One process and one connection for each part: curl keeps the connection for all URLs of its list. */
async function runCurl(url: string): Promise<Outcome> {
  const parts = 2;
  const each = REQUESTS / parts;
  const config = join(folder, "curl.txt");
  writeFileSync(config, `url = "${url}/?[1-${each}]"\nwrite-out = " %{http_code} %{num_connects}\\n"\n`);
  const from = performance.now();
  const outputs = await Promise.all(Array.from({ length: parts }, () => outputOf("curl", ["-s", "-S", "-K", config])));
  const seconds = (performance.now() - from) / 1000;
  const wrong = outputs.flatMap((output) => {
    const lines = output.trimEnd().split("\n");
    // Only the first request connects.
    return Array.from({ length: each }, (_, at) => [`hello ${at + 1} 200 ${at === 0 ? 1 : 0}`, lines[at]]).filter(([a, b]) => a !== b);
  });
  const firstError = wrong.length === 0 ? null : `"${wrong[0][1]}" where "${wrong[0][0]}" was expected`;
  return { requests: REQUESTS, errors: wrong.length, firstError, needed: parts, seconds };
}

/** It counts seconds: it runs until it has sent enough. It looks at the answers' status, not at their bodies. */
async function runWrk(url: string): Promise<Outcome> {
  const from = performance.now();
  let [requests, errors, needed, firstError] = [0, 0, 0, null as string | null];
  while (requests < REQUESTS && errors === 0) {
    const output = await outputOf("wrk", ["-t", "1", "-c", String(CONNECTIONS), "-d", FULL ? "10s" : "1s", url]);
    needed += CONNECTIONS;
    requests += Number(/^\s*(\d+) requests in /m.exec(output)![1]);
    for (const [line] of output.matchAll(/^\s*(?:Socket errors|Non-2xx).*/gm)) {
      firstError ??= line.trim();
      errors += [...line.matchAll(/ (\d+)\b/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    }
  }
  return { requests, errors, firstError, needed, seconds: (performance.now() - from) / 1000 };
}

testUnless(without("curl"), `curl: ${REQUESTS} requests without an error`, () => serve("curl", runCurl), LIMIT_MS);

testUnless(without("wrk"), `wrk: ${REQUESTS} requests and more without an error`, () => serve("wrk", runWrk), LIMIT_MS);

for (const name of ["deno", "bun", "node", "node20"]) {
  const variable = `HEDDLE_RUNTIME_${name.toUpperCase()}`;
  const path = process.env[variable];
  testUnless(
    path === undefined ? `needs ${variable}, as \`deno task test\` gives it` : null,
    `fetch of ${name}: ${REQUESTS} requests without an error`,
    () =>
      serve(`fetch of ${name}`, async (url) => {
        const flags = name === "deno" ? ["run", "--no-config", "--allow-net"] : [];
        return JSON.parse(await outputOf(path!, [...flags, FETCH_CLIENT, url, String(REQUESTS), String(CONNECTIONS)])) as Outcome;
      }),
    LIMIT_MS,
  );
}

const node = process.env.HEDDLE_RUNTIME_NODE;
testUnless(
  node === undefined ? "needs HEDDLE_RUNTIME_NODE, as `deno task test` gives it" : null,
  `undici's Pool on Node, pipelining: ${REQUESTS} requests without an error`,
  () =>
    serve("undici's Pool, pipelining", async (url) => {
      return JSON.parse(await outputOf(node!, [POOL_CLIENT, url, String(REQUESTS), String(CONNECTIONS)])) as Outcome;
    }),
  LIMIT_MS,
);

testUnless(
  without("python3"),
  `a client that sends FIN behind its request: ${REQUESTS} whole answers`,
  () =>
    serve("half-close", async (url) => {
      const { hostname, port } = new URL(url);
      return JSON.parse(await outputOf("python3", [HALF_CLOSE_CLIENT, hostname, port, String(REQUESTS), String(CONNECTIONS)])) as Outcome;
    }),
  LIMIT_MS,
);

testUnless(
  without("python3"),
  `http.client of Python: ${REQUESTS} requests without an error`,
  () =>
    serve("http.client of Python", async (url) => {
      const { hostname, port } = new URL(url);
      return JSON.parse(await outputOf("python3", [HTTP_CLIENT, hostname, port, String(REQUESTS)])) as Outcome;
    }),
  LIMIT_MS,
);

type Configure = (port: number, folder: string, upstream: number) => string;

const FRONTS: readonly (readonly [name: string, front: Front, configure: Configure, options: readonly string[]])[] = [
  ["nginx", "nginx", nginxConfig, []],
  ["HAProxy", "haproxy", (port, _folder, upstream) => haproxyConfig(port, upstream, ""), []],
  ["HAProxy by PROXY v1", "haproxy", (port, _folder, upstream) => haproxyConfig(port, upstream, "send-proxy"), [
    "--proxy-protocol",
    "127.0.0.1",
  ]],
  ["HAProxy by PROXY v2", "haproxy", (port, _folder, upstream) => haproxyConfig(port, upstream, "send-proxy-v2"), [
    "--proxy-protocol",
    "127.0.0.1",
  ]],
];

for (const [name, front, configure, options] of FRONTS) {
  testUnless(
    without("wrk") ?? (hasFront(front) ? null : `needs ${front}`),
    `wrk through ${name}: ${REQUESTS} requests and more without an error`,
    () =>
      serve(`wrk through ${name}`, async (url) => {
        let outcome: Outcome | undefined;
        const upstream = Number(new URL(url).port);
        await withFront(front, (port, folder) => configure(port, folder, upstream), async (port) => {
          outcome = await runWrk(`http://127.0.0.1:${port}`);
        });
        return outcome!;
      }, options),
    LIMIT_MS,
  );
}
