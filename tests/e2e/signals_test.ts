/** Signals and timers of an app, in the server's own process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliProcess } from "../support/cli_process.ts";
import { servingCli } from "../support/cli_server.ts";
import { until } from "../support/served.ts";

const LIMIT = { timeout: 60_000 };

const APP = new URL(`./fixtures/signals_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url).pathname;

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

test("an app's signals and timers run beside its requests, and what a handler throws is logged", LIMIT, async () => {
  await servingCli([APP, "--async", "2"], async ({ cli, connect }) => {
    const ask = async (target: string) => {
      const client = await connect();
      client.send(get(target));
      await until(() => client.ended || client.closed);
      return JSON.parse(client.text.replace(/^[^]*?\r\n\r\n/, "")) as Record<string, number>;
    };
    await ask("/raise");
    await cli.untilStderr(/\[ERROR\] SIGNAL 5 on core \d+: Error: of signal five\n/);
    let runs: Record<string, number> = {};
    while (!(runs["4"]! >= 1 && runs["2"]! >= 3)) runs = await ask("/");
    const ones = Object.keys(runs).filter((name) => name.startsWith("1:"));
    assert.deepEqual([ones.reduce((sum, name) => sum + runs[name]!, 0), runs["3"]], [2, 2]);
    assert.ok(ones.every((name) => Number(name.slice(2)) >= 2), ones.join());
    cli.kill("SIGTERM");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
  });
});

test("timers hold no process open once its server is closed", LIMIT, async () => {
  const cli = new CliProcess([], { module: "tests/e2e/fixtures/timers_closed", denoFlags: ["-A"] });
  assert.deepEqual(await cli.exit, { code: 0, signal: null }, cli.stderr);
  assert.match(cli.stdout, /^closed after \d+ runs\n$/);
});
