/** `HEDDLE_TEST_FULL=1`: 100,000 requests a client. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { runtimeName } from "../support/runtime.ts";
import { testUnless } from "../support/test_unless.ts";

const FULL = process.env.HEDDLE_TEST_FULL === "1";
const REQUESTS = FULL ? 100_000 : 5000;
const LIMIT_MS = FULL ? 300_000 : 45_000;
const CONNECTIONS = 16;
const APP = fileURLToPath(new URL(`./fixtures/hello_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "heddle-clients-"));
after(() => rmSync(folder, { recursive: true }));

async function serving(run: (url: string) => Promise<void>): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0", "--log-format", "none"]);
  try {
    await run(await cli.listening());
    assert.equal(/ERROR|WARNING/.test(cli.stderr), false, cli.stderr);
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

function without(program: string): string | null {
  return spawnSync(program, ["--version"]).error === undefined ? null : `needs ${program} (Debian package ${program})`;
}

/** Runs a client to its end. @returns Its standard output. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => out += chunk);
  child.stderr.on("data", (chunk) => err += chunk);
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 0, `${program}: ${err.slice(0, 1000)}`);
  return out;
}

function report(client: string, requests: number, from: number): void {
  if (FULL) console.log(`${client}: ${requests} requests, no error, ${Math.round(requests / (performance.now() - from) * 1000)}/s`);
}

testUnless(without("curl"), `curl: ${REQUESTS} requests on kept connections without an error`, () =>
  serving(async (url) => {
    // One process and one connection for each part: curl keeps the connection for all URLs of its list.
    const parts = 2;
    const config = join(folder, "curl.txt");
    writeFileSync(
      config,
      `url = "${url}/?[1-${REQUESTS / parts}]"\noutput = "/dev/null"\nwrite-out = "%{http_code} %{size_download} %{num_connects}\\n"\n`,
    );
    const from = performance.now();
    const outputs = await Promise.all(Array.from({ length: parts }, () => outputOf("curl", ["-s", "-S", "--fail", "-K", config])));
    const lines = outputs.join("").trimEnd().split("\n");
    assert.equal(lines.length, REQUESTS);
    assert.deepEqual([...new Set(lines)].sort(), ["200 5 0", "200 5 1"]);
    assert.equal(lines.filter((line) => line === "200 5 1").length, parts);
    report("curl", REQUESTS, from);
  }), LIMIT_MS);

testUnless(without("wrk"), `wrk: ${REQUESTS} requests and more without an error`, () =>
  serving(async (url) => {
    const from = performance.now();
    let requests = 0;
    // wrk counts seconds: it runs until it has sent enough.
    while (requests < REQUESTS) {
      const output = await outputOf("wrk", ["-t", "1", "-c", String(CONNECTIONS), "-d", FULL ? "10s" : "1s", url]);
      assert.equal(/Socket errors|Non-2xx/.test(output), false, output);
      requests += Number(/^\s*(\d+) requests in /m.exec(output)![1]);
    }
    report("wrk", requests, from);
  }), LIMIT_MS);

testUnless(null, `fetch of ${runtimeName()}: ${REQUESTS} requests without an error`, () =>
  serving(async (url) => {
    const from = performance.now();
    let sent = 0;
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      while (sent < REQUESTS) {
        const answer = await fetch(`${url}/?${sent++}`);
        assert.equal(answer.status, 200);
        assert.equal(await answer.text(), "hello");
      }
    }));
    report(`fetch of ${runtimeName()}`, sent, from);
  }), LIMIT_MS);
