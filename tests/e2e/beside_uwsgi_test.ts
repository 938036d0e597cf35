import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CliProcess } from "../support/cli_process.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const LIMIT = 60_000;
const fixture = (ending: string) => fileURLToPath(new URL(`./fixtures/beside_uwsgi.${ending}`, import.meta.url));
// The emit for Node 20 ends in .js.
const APP = fixture(import.meta.url.endsWith(".ts") ? "ts" : "js");
const missing = existsSync("/usr/bin/uwsgi") ? null : "uwsgi is not installed";

/** A server of the same pages, on three cores. */
interface Beside {
  readonly url: string;
  /** What it has logged. */
  log(): string;
}

async function withUwsgi(use: (server: Beside) => Promise<void>): Promise<void> {
  const engine = ["--plugin", "python3,greenlet_python3", "--greenlet", "--async", "3"];
  const uwsgi: ChildProcess = spawn("uwsgi", [...engine, "--http-socket", "127.0.0.1:0", "--wsgi-file", fixture("py"), "--die-on-term"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  uwsgi.stdout?.on("data", (chunk) => log += String(chunk));
  uwsgi.stderr?.on("data", (chunk) => log += String(chunk));
  const gone = new Promise((resolve) => uwsgi.once("close", resolve));
  try {
    await until(() => log.includes("spawned uWSGI worker 1"));
    await use({ url: `http://${/TCP address (127\.0\.0\.1:\d+)/.exec(log)![1]}`, log: () => log });
  } finally {
    uwsgi.kill("SIGKILL");
    await gone;
  }
}

async function withHeddle(use: (server: Beside) => Promise<void>): Promise<void> {
  const cli = new CliProcess(["serve", APP, "--port", "0", "--async", "3"], { denoFlags: ["-A"] });
  try {
    await use({ url: await cli.listening(), log: () => cli.stdout + cli.stderr });
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

async function page(url: string, path: string): Promise<readonly [text: string, ms: number]> {
  const from = performance.now();
  const text = await (await fetch(url + path, { headers: { connection: "close" } })).text();
  return [text, performance.now() - from];
}

/** What uWSGI does is seen once, and what heddle does on every runtime. */
const SERVERS = runtimeName() === "deno" ? [["uWSGI", withUwsgi], ["heddle", withHeddle]] as const : [["heddle", withHeddle]] as const;

for (const [name, withServer] of SERVERS) {
  testUnless(name === "uWSGI" ? missing : null, `${name} beside: what a page that waits is told`, async () => {
    await withServer(async ({ url }) => {
      const [timedOut, ms] = await page(url, "/times-out");
      assert.deepEqual([timedOut, ms >= 900], [name === "uWSGI" ? "True" : "true", true]);
      // uWSGI's `ready_fd` has forgotten which it was once its generator runs again (2.0.21).
      assert.equal((await page(url, "/several"))[0], name === "uWSGI" ? "-1" : "SPEAKS");
      assert.equal((await page(url, "/by-environ"))[0], name === "uWSGI" ? "None" : "null");
      assert.equal((await page(url, "/suspends"))[0], "back");
    });
  }, LIMIT);

  testUnless(name === "uWSGI" ? missing : null, `${name} beside: three cores serve three sleepers, and the fourth waits`, async () => {
    await withServer(async ({ url }) => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => page(url, "/sleeping")));
      assert.deepEqual(answers.map(([text]) => text), Array(4).fill("slept"));
      const times = answers.map(([, ms]) => ms).sort((one, other) => one - other);
      // uWSGI's seconds are the clock's: the first one may be short.
      assert.ok(name === "uWSGI" || times[0]! >= 1000, `${times}`);
      assert.ok(times[3]! - times[2]! > 500, `${times}`);
    });
  }, LIMIT);

  testUnless(name === "uWSGI" ? missing : null, `${name} beside: nine tenths of a second`, async () => {
    await withServer(async ({ url }) => {
      const [, ms] = await page(url, "/fraction");
      assert.ok(name === "uWSGI" ? ms < 500 : ms >= 900, `${ms} ms`);
    });
  }, LIMIT);

  testUnless(
    name === "uWSGI" ? missing : null,
    `${name} beside: three pages of 3,000 slices are told turn by turn, and the log counts the switches`,
    async () => {
      await withServer(async ({ url, log }) => {
        const answers = await Promise.all(Array.from({ length: 3 }, () => page(url, "/slices")));
        const turns = answers.map(([text]) => text.trim().split(" ").map(Number));
        assert.deepEqual(turns.flat().sort((one, other) => one - other), Array.from({ length: 9000 }, (_, at) => at + 1));
        const ranges = turns.map((each) => each.at(-1)! - each[0]!);
        assert.ok(Math.max(...ranges) > 3000, `each had its slices alone: ${ranges}`);
        await until(() => log().match(/\((\d+) switches on core [0-2]\)/g)?.length === 3);
        for (const [, switches] of log().matchAll(/\((\d+) switches on core [0-2]\)/g)) {
          // With greenlet uWSGI counts each slice twice, there and back, and its waits for the request too.
          assert.ok(name === "uWSGI" ? Number(switches) >= 6000 && Number(switches) <= 6020 : Number(switches) === 3000, switches);
        }
      });
    },
    LIMIT,
  );
}
