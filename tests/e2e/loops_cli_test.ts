/** The command line's options of loop engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliProcess, runCli } from "../support/cli_process.ts";
import { appFile, servingCli } from "../support/cli_server.ts";
import { OWN_LOOP } from "../support/loops.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { unixPath } from "../support/unix_path.ts";

const LIMIT = { timeout: 60_000 };
const APP = appFile("export default { fetch: () => new Response('hello') };");
const OTHER = OWN_LOOP === "node-http" ? "bun-serve" : "node-http";

test("heddle serve --loop says so at the start, serves, logs a line a request, and stops gracefully", LIMIT, async () => {
  await servingCli([APP, `--${OWN_LOOP}`, "7"], async ({ cli, connect }) => {
    assert.match(cli.stderr, new RegExp(`: loop ${OWN_LOOP}, suspend async, 7 cores, globals light\n`));
    assert.doesNotMatch(cli.stderr, /WARNING/);
    const client = await connect();
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => client.text.endsWith("hello"));
    const line = await cli.untilStdout(/.*\n/);
    assert.match(line[0], /127\.0\.0\.1 \(\) \{1 vars in \d+ bytes\} .* GET \/a => generated 5 bytes in \d+ msecs \(HTTP\/1\.1 200\) /);
    cli.kill("SIGTERM");
    assert.equal((await cli.exit).code, 0);
    assert.match(cli.stderr, /stopped; 0 requests lost/);
  });
});

test("heddle serve --loop warns of each option that the loop cannot keep, given by its default too", LIMIT, async () => {
  const options = ["--loop", OWN_LOOP, "--first-byte-timeout", "30s", "--io", runtimeName()];
  await servingCli([APP, ...options], async ({ cli }) => {
    await cli.untilStderr(/WARNING \*\*\* --io /);
    assert.match(cli.stderr, new RegExp(`\\*\\*\\* WARNING \\*\\*\\* --first-byte-timeout with the loop ${OWN_LOOP}: `));
  });
  await servingCli([APP, "--loop", OWN_LOOP, "--first-byte-timeout", "3s"], async ({ cli }) => {
    await cli.untilStderr(/listening/);
    const told = cli.stderr.match(/WARNING.*--first-byte-timeout/g) ?? [];
    assert.equal(told.length, 1, cli.stderr);
  });
});

test("heddle serve --loop warns of --listen where the runtime takes no backlog: Bun at all, Deno for a Unix socket", LIMIT, async () => {
  const places: ReadonlyArray<readonly [options: readonly string[], loops: readonly string[]]> = [
    [["--http", "127.0.0.1:0"], ["bun-serve"]],
    [["--http", "127.0.0.1:0", "--http", `unix:${unixPath()}`], ["bun-serve", "deno-serve"]],
  ];
  for (const [options, loops] of places) {
    for (const [backlog, times] of [[[], 0], [["--listen", "7"], 1], [["--listen", "1024"], 1]] as const) {
      const cli = new CliProcess(["serve", APP, "--loop", OWN_LOOP, ...options, ...backlog]);
      // Once it answers it has said all.
      await (await fetch(await cli.listening())).text();
      cli.kill("SIGTERM");
      await cli.exit;
      const told = cli.stderr.match(new RegExp(`WARNING.*--listen with the loop ${OWN_LOOP}: `, "g")) ?? [];
      assert.equal(told.length, loops.includes(OWN_LOOP) ? times : 0, `${backlog}: ${cli.stderr}`);
    }
  }
});

test("heddle serve --loop refuses what it must: another runtime's, --proxy-protocol, cores said twice", LIMIT, async () => {
  const cases: ReadonlyArray<readonly [options: readonly string[], error: RegExp]> = [
    [
      ["--loop", OTHER],
      new RegExp(`^.*use the loop engine ${OTHER}: heddle runs .* alone, and this is .*; choose ${OWN_LOOP}, or leave --loop out\n`),
    ],
    [["--loop", OWN_LOOP, "--proxy-protocol", "127.0.0.1"], /--proxy-protocol with the loop /],
    [[`--${OWN_LOOP}`, "7", "--async", "8"], /--async is given too/],
    [["--loop", "libuv"], /not one of deno-serve, bun-serve, node-http/],
  ];
  for (const [options, error] of cases) {
    const { code, stderr } = await runCli(["serve", APP, ...options]);
    assert.match(stderr, error);
    assert.equal(code, 2, stderr);
  }
});

test("heddle serve --loop-list names the loop engines, and whose they are", LIMIT, async () => {
  const { code, stdout } = await runCli(["serve", "--loop-list"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^\\*\\*\\* available loop engines \\*\\*\\*\n(?:  .*\n)*  ${OWN_LOOP} +[\\w.:]+\n`));
  assert.match(stdout, new RegExp(`\n  ${OTHER} +[\\w.:]+: on \\w+ alone\n`));
});
