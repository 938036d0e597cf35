/** An event loop that a handler blocks: the watchdog's thread ends the process, and says which request it was. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { appFile, servingCli } from "../support/cli_server.ts";
import { runtimeName } from "../support/runtime.ts";
import { pause, until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };

const APP = appFile(
  `function spinForEver() {
    for (let turns = 0;; turns++) if (turns === -1) return;
  }
  export default {
    async fetch(request, _env, context) {
      const { pathname } = new URL(request.url);
      if (pathname === "/patient") await new Promise(() => {});
      if (pathname === "/asks") {
        context.harakiri(3);
        await new Promise((resolve) => setTimeout(resolve, 2500));
      }
      if (pathname === "/foreign") await new Promise((resolve) => setTimeout(resolve, 20));
      if (pathname === "/wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (pathname !== "/quick") spinForEver();
      return new Response("quick");
    },
  };`,
);

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
const onNode = runtimeName() === "node";

/** What the log says of a blocked loop. */
async function hang(target: string, options: readonly string[], openFiles?: number): Promise<string> {
  let log = "";
  await servingCli([APP, ...options], async ({ cli, connect }) => {
    const [patient, blocker] = [await connect(), await connect()];
    patient.send(get("/patient"));
    blocker.send(get("/quick"));
    await until(() => blocker.text.endsWith("quick"));
    const start = performance.now();
    blocker.send(get(target));
    const { code, signal } = await cli.exit;
    log = cli.stderr;
    assert.ok(performance.now() - start < 30_000);
    // Deno 2.9 tells 137 where the others tell the signal.
    assert.ok(signal === "SIGKILL" || code === 137, `${code} ${signal}: ${log}`);
  }, openFiles);
  assert.match(log, /\*\*\* HARAKIRI \*\*\* the process ends now, by SIGKILL \(status 137\)\n$/);
  return log;
}

test("a handler that spins past its --harakiri: the log names core, method, target and, on Node, the function", LIMIT, async () => {
  const log = await hang("/spin?x", ["--harakiri", "1", "--harakiri-route", "/patient=60"]);
  assert.match(
    log,
    /the event loop has been blocked for \d+ ms, past the deadline of \[core 1\] GET \/spin\?x, running after \d+ ms and 0 switches\n/,
  );
  assert.match(log, /\n {4}blocked by \[core 1\] GET \/spin\?x, running after /);
  if (onNode) assert.match(log, /\n {4}at spinForEver \(file:\S+app\.mjs:2:\d+\)\n {4}at fetch \(/);
});

test("one that spins after an await of its own: named on Node, else among the candidates", LIMIT, async () => {
  const log = await hang("/foreign", ["--harakiri-route", "/foreign=1"]);
  if (onNode) assert.match(log, /\n {4}blocked by \[core 1\] GET \/foreign, waiting after [^\n]*\n {4}at spinForEver /);
  else {assert.match(
      log,
      /\n {4}blocked by one of these, [^\n]*\n {4}candidate \[core 0\] GET \/patient, [^\n]*\n {4}candidate \[core 1\] GET \/foreign, /,
    );}
});

test("context.harakiri() alone starts the watchdog", LIMIT, async () => {
  // On Deno no option tells that the thread's permissions are needed: it has them all.
  const log = await hang("/asks", [], 1000);
  assert.match(log, /, past the deadline of \[core 1\] GET \/asks, /);
});

test("one that waits without end in its first slice is named", LIMIT, async () => {
  const log = await hang("/wait", ["--harakiri", "1"]);
  assert.match(log, /\n {4}blocked by \[core 1\] GET \/wait, running after [^\n]*\n/);
  if (onNode) assert.match(log, /\n {4}at fetch \(file:\S+app\.mjs:13:\d+\)\n/);
  else assert.match(log, /: its slice has begun and not ended\n/);
});

test(
  "a process that was stopped for longer than its --harakiri is not ended: it ends the request itself, and serves on",
  LIMIT,
  async () => {
    await servingCli([APP, "--harakiri", "1"], async ({ cli, connect }) => {
      const [patient, quick] = [await connect(), await connect()];
      patient.send(get("/patient"));
      quick.send(get("/quick"));
      await until(() => quick.text.endsWith("quick"));
      process.kill(cli.pid, "SIGSTOP");
      await pause(3000);
      process.kill(cli.pid, "SIGCONT");
      await until(() => patient.text.includes("504"));
      quick.send(get("/quick"));
      await until(() => quick.text.split("quick").length === 3);
      cli.kill("SIGTERM");
      assert.equal((await cli.exit).code, 0);
      assert.doesNotMatch(cli.stderr, /event loop has been blocked/);
    });
  },
);
