/** The command line's static files. */
import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CliProcess, runCli } from "../support/cli_process.ts";
import { appFile, type CliServer, servingCli } from "../support/cli_server.ts";
import { parseAnswer } from "../support/parse_answer.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";

const LIMIT = { timeout: 60_000 };

const APP = appFile("export default { fetch: (request) => new Response('app ' + new URL(request.url).pathname) };");
const FIRST = createSite({ "index.html": "first index", "a.txt": "first a" });
const SECOND = createSite({ "a.txt": "second a", "b.txt": "second b", ".env": "secret" });
const OUTSIDE = createSite({ "c.txt": "outside" });

async function get({ connect }: CliServer, target: string, ...fields: string[]) {
  const client = await connect();
  client.send([`GET ${target} HTTP/1.1`, "Host: a", "Connection: close", ...fields, "", ""].join("\r\n"));
  await until(() => client.ended || client.closed);
  const { status, fields: got, body } = parseAnswer(client.text);
  return { status, fields: new Map(got), body };
}

async function bodies(server: CliServer, ...targets: string[]): Promise<string[]> {
  const all = await Promise.all(targets.map((target) => get(server, target)));
  return all.map(({ status, body }) => `${status} ${body}`);
}

test("heddle serve looks for files in uWSGI's order: --check-static, --static-map, then the app", LIMIT, async () => {
  await servingCli([APP, "--static-map", `/s=${SECOND}`, "--check-static", FIRST, "--static-map", `/=${SECOND}`], async (server) => {
    assert.deepEqual(await bodies(server, "/a.txt", "/s/a.txt", "/b.txt", "/s/b.txt", "/none", "/", "/.env", "/s/"), [
      "200 first a",
      "200 second a",
      "200 second b",
      "200 second b",
      "200 app /none",
      "200 first index",
      "200 app /.env",
      "200 app /s/",
    ]);
    assert.match(server.cli.stderr, /^files: \/, from .*\nfiles: \/s, from .*\nfiles: \/, from /m);
    assert.doesNotMatch(server.cli.stderr, /WARNING/);
    assert.match((await server.cli.untilStdout(/GET \/b\.txt .*\n/))[0], /HTTP\/1\.1 200/);
  });
});

test("heddle serve without an app serves what --static-map names, and says so", LIMIT, async () => {
  await servingCli(["--static-map", `/s=${SECOND}`, "--static-dotfiles", "--static-index", "none"], async (server) => {
    assert.match(server.cli.stderr, /^app: none, static files alone$/m);
    assert.deepEqual(await bodies(server, "/s/a.txt", "/s/.env"), ["200 second a", "200 secret"]);
    assert.deepEqual((await get(server, "/a.txt")).status, 404);
  });
  await servingCli(["--check-static", FIRST, "--static-index", "none"], async (server) => {
    assert.equal((await get(server, "/")).status, 404);
    assert.equal((await get(server, "/index.html")).status, 200);
  });
});

test("heddle serve --static-map /PATH=FILE serves a single file, with no right to read what is beside it", LIMIT, async () => {
  const args = [APP, "--static-map", `/favicon.ico=${join(SECOND, "b.txt")}`, "--static-map", `/s=${FIRST}`];
  await servingCli(args, async (server) => {
    assert.deepEqual(await bodies(server, "/favicon.ico", "/favicon.ico/", "/favicon.ico/a.txt", "/s/a.txt"), [
      "200 second b",
      "200 app /favicon.ico/",
      "200 app /favicon.ico/a.txt",
      "200 first a",
    ]);
  });
});

test("heddle serve --static-safe and --static-gzip", LIMIT, async () => {
  const site = createSite({ "x.js": "plain", "x.js.gz": "packed" });
  symlinkSync(join(OUTSIDE, "c.txt"), join(site, "c.txt"));
  await servingCli(["--static-map", `/=${site}`, "--static-safe", OUTSIDE, "--static-gzip"], async (server) => {
    assert.deepEqual(await bodies(server, "/c.txt"), ["200 outside"]);
    const packed = await get(server, "/x.js", "Accept-Encoding: gzip");
    assert.deepEqual([packed.body, packed.fields.get("content-encoding")], ["packed", "gzip"]);
  });
  await servingCli(["--static-map", `/=${site}`], async (server) => assert.equal((await get(server, "/c.txt")).status, 404));
});

test("heddle serve refuses wrong static options, and tells of those that do nothing", LIMIT, async () => {
  const cases: ReadonlyArray<readonly [args: readonly string[], error: RegExp]> = [
    [[], /^heddle: serve: no app; give its file, such as heddle serve app.ts, or files to serve: --static-map \/=DIR\n/],
    [["--static-listing"], /serve: no app/],
    [["--check-static", FIRST, "--suspend", "worker"], /serve: no app for --suspend worker/],
    [
      ["--check-static", FIRST, "--static-safe", join(FIRST, "none")],
      /serve the files of ".*", whose links may lead to ".*none": no such folder/,
    ],
    [["--static-map", "assets=public"], /--static-map "assets=public": not \/PREFIX=DIR/],
    [["--static-map", `/=${join(FIRST, "none")}`], /serve the files of ".*none": no such folder/],
    [["--check-static", FIRST, "--mime-file", join(FIRST, "none")], /--mime-file ".*none": it cannot be read/],
  ];
  for (const [args, error] of cases) {
    const { code, stderr } = await runCli(["serve", ...args]);
    assert.match(stderr, error);
    assert.equal(code, 2, stderr);
  }
  await servingCli([APP, "--static-listing"], async ({ cli }) => {
    await cli.untilStderr(/WARNING \*\*\* --static-listing does nothing: no folder's files are served/);
  });
  const types = join(FIRST, "mime.types");
  writeFileSync(types, "text/x-first txt\n");
  await servingCli([APP, "--check-static", FIRST, "--mime-file", types, "--static-404", "404.html"], async ({ cli }) => {
    await cli.untilStderr(/WARNING \*\*\* --static-404 does nothing: what is no file is the app's to answer/);
  });
});

test("heddle static serves a folder, prints its URL and logs requests; with --quiet it logs none", LIMIT, async () => {
  await servingCli(["static", SECOND], async (server) => {
    assert.match(server.cli.stderr, /^listening on http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.match(server.cli.stderr, /^files: \/, from /m);
    assert.deepEqual(await bodies(server, "/a.txt"), ["200 second a"]);
    assert.match((await get(server, "/")).body, /href="\.?\/?b\.txt"/);
    assert.equal((await get(server, "/none")).status, 404);
    await server.cli.untilStdout(/GET \/none => /);
    server.cli.kill("SIGTERM");
    assert.equal((await server.cli.exit).code, 0);
  });
  await servingCli(["static", SECOND, "--quiet"], async (server) => {
    assert.equal((await get(server, "/a.txt")).status, 200);
    server.cli.kill("SIGTERM");
    await server.cli.exit;
    assert.equal(server.cli.stdout, "");
  });
  const several = await runCli(["static", FIRST, SECOND]);
  assert.deepEqual([several.code, /one folder/.test(several.stderr)], [2, true]);
  const engine = await runCli(["static", FIRST, "--suspend", "worker"]);
  assert.deepEqual([engine.code, /static: no app for --suspend worker; give its file to heddle serve/.test(engine.stderr)], [2, true]);
  const loops = await runCli(["static", FIRST, "--loop-list"]);
  assert.deepEqual([loops.code, /node-http/.test(loops.stdout)], [0, true]);
});

test("heddle static on every interface prints the URLs that others reach it by; on Deno if it may know them", LIMIT, async () => {
  const ipv4 = Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ family, internal }) =>
    family === "IPv4" && !internal
  );
  const run = async (denoFlags: readonly string[] | undefined, use: (cli: CliProcess, port: string) => Promise<void> | void) => {
    const cli = new CliProcess(["static", SECOND, "--http", ":0", "--quiet"], { ...(denoFlags !== undefined && { denoFlags }) });
    try {
      const [, port] = await cli.untilStderr(/^listening on http:\/\/127\.0\.0\.1:(\d+)\/ \(every interface\)\n/m);
      assert.equal((await fetch(`http://127.0.0.1:${port}/a.txt`)).status, 200);
      await use(cli, port!);
    } finally {
      cli.kill("SIGKILL");
      await cli.exit;
    }
  };
  await run(["--allow-net=0.0.0.0:0", `--allow-read=${SECOND}`, "--allow-sys=networkInterfaces"], async ({ stderr }, port) => {
    const urls = [...stderr.matchAll(/^on the network: (\S+)$/mg)].map(([, url]) => url!);
    assert.deepEqual(urls, ipv4.slice(0, 8).map(({ address }) => `http://${address}:${port}/`));
    for (const url of urls.slice(0, 1)) assert.equal(await (await fetch(`${url}a.txt`)).text(), "second a");
  });
  if (runtimeName() === "deno") await run(undefined, ({ stderr }) => assert.doesNotMatch(stderr, /on the network/));
});

test("heddle static tells of pages that its folder has not", LIMIT, async () => {
  await servingCli(["static", SECOND, "--spa", "--static-404", "404.html", "--quiet"], async ({ cli }) => {
    await cli.untilStderr(/WARNING \*\*\* --static-404: there is no file "404\.html" in ".*"; until there is, a line of text is sent/);
    assert.match(cli.stderr, /WARNING \*\*\* --spa: there is no file "index\.html" in ".*"; until there is, what it is for is a 404/);
  });
  await servingCli(["static", FIRST, "--spa", "--static-map", `/s=${FIRST}`, "--static-404", "a.txt", "--quiet"], async (server) => {
    assert.equal((await get(server, "/a.txt")).status, 200);
    assert.doesNotMatch(server.cli.stderr, /WARNING/);
  });
});

test("heddle static --spa beside a single file has the folder's page", LIMIT, async () => {
  await servingCli(["static", FIRST, "--spa", "--static-map", `/f=${FIRST}/a.txt`, "--static-404", "a.txt", "--quiet"], async (server) => {
    const page = await get(server, "/a/route", "Accept: text/html");
    assert.deepEqual([page.status, page.body], [200, "first index"]);
    assert.equal((await get(server, "/f/none")).body, "first a");
    assert.doesNotMatch(server.cli.stderr, /WARNING/);
  });
  await servingCli(["--static-map", `/f=${FIRST}/a.txt`, "--static-404", "a.txt"], async ({ cli }) => {
    await cli.untilStderr(/WARNING \*\*\* --static-404 does nothing: single files are served alone/);
  });
});

test("heddle static without a folder serves the current one", LIMIT, async () => {
  const cli = new CliProcess(["static", "--port", "0"], { cwd: FIRST });
  try {
    const answer = await fetch(`${await cli.listening()}/`);
    assert.equal(await answer.text(), "first index");
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
});
