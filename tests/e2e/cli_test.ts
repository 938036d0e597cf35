import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { VERSION } from "../../src/version.ts";
import { type CliOptions, CliProcess, runCli } from "../support/cli_process.ts";
import { runtimeName } from "../support/runtime.ts";
import { pause, until } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const LIMIT = { timeout: 60_000 };

const folder = mkdtempSync(join(tmpdir(), "heddle-cli-"));
after(() => rmSync(folder, { recursive: true }));

function appFile(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

const HELLO = appFile("hello.mjs", `export default { fetch: () => new Response("hello") };`);

/** How a log line names a request that is over, or `app` where the runtime's handler is not told whose code it was. */
const whose = (target: string, told: boolean) => told ? `GET ${target} on core \\d+` : "app";

/** `/slow` answers after two seconds, the others at once, and some leave trouble behind. Standard error tells which has begun. */
const TROUBLE = appFile(
  "trouble.mjs",
  `export default {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      console.error("began " + pathname);
      if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 2000));
      if (pathname === "/hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
      if (pathname === "/throw") throw new TypeError("thrown by the app\\n[ERROR] forged");
      if (pathname === "/reject") Promise.reject(new Error("nobody waits for it"));
      if (pathname === "/late") new Promise((resolve) => setTimeout(resolve, 50)).then(() => { throw new Error("rejected after its answer"); });
      if (pathname === "/sleepless") new Promise((resolve) => setTimeout(resolve, 1)).then(() => { throw new Error("rejected meanwhile"); });
      if (pathname === "/sleepless") await new Promise((resolve) => setTimeout(resolve, 200));
      if (pathname === "/timer") setTimeout(() => { throw new Error("thrown by a timer"); }, 1);
      return new Response("answer to " + pathname);
    },
  };`,
);

/** Starts a server for the time of a test. */
async function serving(
  run: (cli: CliProcess, url: string) => Promise<void>,
  args: readonly string[],
  options: CliOptions = {},
): Promise<void> {
  const cli = new CliProcess(["serve", ...args], options);
  try {
    await run(cli, await cli.listening());
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

/** A bare request, byte for byte, with the connection closed by the server. */
async function rawRequest(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes, "latin1"));
    socket.on("data", (chunk) => answer += chunk.toString("latin1"));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

test("heddle prints its help without arguments, and its version", LIMIT, async () => {
  const [bare, help, version] = await Promise.all([runCli([]), runCli(["serve", "--help"]), runCli(["--version"])]);
  assert.deepEqual([bare.code, help.code, version.code], [0, 0, 0]);
  assert.match(bare.stdout, /^Usage: heddle COMMAND$/m);
  assert.match(help.stdout, /^Usage: heddle serve \[APP\] \[OPTIONS\]$/m);
  assert.equal(version.stdout, `heddle ${VERSION}\n`);
  assert.equal(bare.stderr + help.stderr + version.stderr, "");
});

test("heddle says what is wrong with its usage in one line, and exits with 2", LIMIT, async () => {
  for (
    const [args, line, env] of [
      [["serve", HELLO, "--asinc", "10"], 'unknown option "--asinc": did you mean --async?'],
      [["serve", HELLO, "--async", "ten"], '--async "ten": not a whole number from 1 to 1000000'],
      [["serve", HELLO, "--http", "8080"], '--http "8080": not an address: write 127.0.0.1:8080, or :8080 for every interface'],
      [["serve", HELLO, "--suspend", "generator"], "the generator engine cannot run a fetch app: leave --suspend out, or use async"],
      [["serve"], "serve: no app; give its file, such as heddle serve app.ts, or files to serve: --static-map /=DIR"],
      [["serv", HELLO], 'unknown command "serv": did you mean heddle serve?'],
      [["serve", HELLO], 'HEDDLE_QUEUE "many": not a whole number from 0 to 1000000', { HEDDLE_QUEUE: "many" }],
    ] as const
  ) {
    const cli = await runCli(args, { env });
    assert.equal(cli.stderr, `heddle: ${line}\n`);
    assert.deepEqual([cli.code, cli.stdout], [2, ""]);
  }
});

test("heddle serve says why an app could not be loaded in one line, and exits with 1", LIMIT, async () => {
  for (
    const [name, source, reason] of [
      ["missing.mjs", null, /no such file/],
      ["empty.mjs", "export const x = 1;", /exports x, and none is a handler/],
      ["throws.mjs", `throw new Error("no database");`, /failed while loading: Error: no database \(at .*throws\.mjs:1:\d+\)/],
      ["syntax.mjs", "export default {", /failed while loading/],
    ] as const
  ) {
    const path = source === null ? join(folder, name) : appFile(name, source);
    const cli = await runCli(["serve", path, "--port", "0"]);
    assert.match(cli.stderr, reason);
    assert.match(cli.stderr, /^heddle: load app "[^"]+": [^\n]+\n$/);
    assert.deepEqual([cli.code, cli.stdout], [1, ""]);
  }
});

test("heddle serve says that an address is in use in one line, and exits with 3", LIMIT, async () => {
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as net.AddressInfo;
  const cli = await runCli(["serve", HELLO, "--port", String(port)]);
  holder.close();
  assert.equal(cli.stderr, `heddle: listen on 127.0.0.1:${port}: address in use\n`);
  assert.equal(cli.code, 3);
});

test("heddle serve says what it is, what it runs, and where it listens, a line a listener", LIMIT, async () => {
  const path = join(folder, "app.sock");
  const args = [HELLO, "--http", "127.0.0.1:0", "--http", ":0", "--http", `unix:${path}`, "--chmod-socket", "600", "--async", "7"];
  await serving(async (cli, url) => {
    assert.equal(await (await fetch(url)).text(), "hello");
    // Which addresses this machine has is its own matter.
    const lines = cli.stderr.split("\n").filter((line) => !line.startsWith("on the network: "));
    assert.match(
      lines[0],
      new RegExp(
        `^heddle ${VERSION} on (Deno|Bun|Node) [\\d.]+, pid \\d+: io (deno|bun|node), suspend async, 7 cores, globals (light|native)$`,
      ),
    );
    assert.match(lines[1], /^app: \S+hello\.mjs, fetch app /);
    assert.match(lines[2], /^listening on http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.match(lines[3], /^listening on http:\/\/127\.0\.0\.1:\d+\/ \(every interface\)$/);
    assert.equal(lines[4], `listening on unix:${path}`);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }, args);
});

test("heddle serve --chown-socket gives the Unix sockets away, by names or numbers, and says who is not known", LIMIT, async () => {
  const path = join(folder, "owned.sock");
  const uid = process.getuid!();
  // Root may give it to anybody; who is not root keeps it.
  const daemon = Number(/^daemon:[^:]*:(\d+):/m.exec(readFileSync("/etc/group", "utf8"))?.[1]);
  const [owner, gid] = uid === 0 ? ["root:daemon", daemon] : [`${uid}:${process.getgid!()}`, process.getgid!()];
  await serving((cli) => {
    const found = statSync(path);
    assert.deepEqual([found.uid, found.gid, cli.stderr.includes("WARNING")], [uid, gid, false]);
    return Promise.resolve();
  }, [HELLO, "--http", "127.0.0.1:0", "--http", `unix:${path}`, "--chown-socket", owner]);
  const unknown = await runCli(["serve", HELLO, "--http", `unix:${path}`, "--chown-socket", "no-such-user"]);
  assert.match(unknown.stderr, /^heddle: --chown-socket: no user no-such-user in \/etc\/passwd; or give its number$/m);
  assert.equal(unknown.code, 2);
});

test("heddle serve takes options from the environment, and flags win over it", LIMIT, async () => {
  const env = { HEDDLE_HTTP: "127.0.0.1:0,127.0.0.1:0", HEDDLE_ASYNC: "5", HEDDLE_QUEUE: "wrong", HEDDLE_LOG_FORMAT: "none" };
  await serving(
    async (cli, url) => {
      await (await fetch(url)).text();
      assert.match(cli.stderr, / 5 cores/);
      assert.equal(cli.stderr.match(/^listening on /gm)?.length, 2);
      cli.kill("SIGTERM");
      await cli.exit;
      assert.equal(cli.stdout, "");
    },
    [HELLO, "--queue", "3"],
    { env },
  );
});

testUnless(
  process.platform === "linux" ? null : "reads /proc",
  "heddle serve warns of more connections than it may have files open",
  async () => {
    await serving(
      async (cli) => {
        await cli.untilStderr(/^\*\*\* WARNING \*\*\* --connections 10000000: this process may have \d+ files open \(ulimit -n\), /m);
      },
      [HELLO, "--port", "0", "--connections", "10000000"],
      { denoFlags: ["-A"] },
    );
  },
  LIMIT.timeout,
);

test("heddle serve writes uWSGI's line a request on stdout, unless told otherwise", LIMIT, async () => {
  await serving(async (cli, url) => {
    await (await fetch(`${url}/a?b=c`)).text();
    const [line] = await cli.untilStdout(/.*\n/);
    assert.match(
      line,
      /^\[pid: \d+\|app: 0\|req: 1\/1\] 127\.0\.0\.1 \(\) \{\d+ vars in \d+ bytes\} \[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\] GET \/a\?b=c => /,
    );
    assert.match(line, / => generated 5 bytes in \d+ msecs \(HTTP\/1\.1 200\) \d+ headers in \d+ bytes \(0 switches on core \d+\)\n$/);
  }, [HELLO, "--port", "0"]);
});

test("heddle serve lets no client forge a line of the log", LIMIT, async () => {
  await serving(async (cli, url) => {
    const head = 'GET /"\\%0a HTTP/1.1\r\nhost: x\r\nuser-agent: a" 200 1 \x9b\xff\r\nconnection: close\r\n\r\n';
    assert.match(await rawRequest(url, head), /^HTTP\/1\.1 /);
    await (await fetch(`${url}/last`)).text();
    await cli.untilStdout(/\/last/);
    for (const line of cli.stdout.split("\n").slice(0, -1)) {
      assert.match(line, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \S+ HTTP\/1\.1" \d{3} \d+ "[\x20-\x7e]+" "[\x20-\x7e]+"$/);
      assert.equal(line.split('"').length, 7);
    }
  }, [HELLO, "--port", "0", "--log-format", "combined"]);
});

test("heddle serve writes an app's error with its request and stack to stderr, and none of it to the client", LIMIT, async () => {
  await serving(async (cli, url) => {
    const response = await fetch(`${url}/throw`);
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /thrown|trouble\.mjs/);
    await cli.untilStderr(/ - \[ERROR\] GET \/throw on core \d+: TypeError: thrown by the app\\n\[ERROR\] forged\n {4}at .*trouble\.mjs:/);
  }, [TROUBLE, "--port", "0"]);
});

test("heddle serve answers what is in flight after SIGTERM, and exits with 0", LIMIT, async () => {
  await serving(async (cli, url) => {
    await (await fetch(url)).text();
    const slow = fetch(`${url}/slow`).then((response) => response.text());
    await cli.untilStderr(/^began \/slow$/m);
    cli.kill("SIGTERM");
    await cli.untilStderr(/^SIGTERM: stopping; 1 request in flight, at most 30 s$/m);
    assert.equal(await slow, "answer to /slow");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.match(cli.stderr, /\nstopped; 0 requests lost\n$/);
    assert.match(cli.stdout, /GET \/slow => /);
  }, [TROUBLE, "--port", "0"]);
});

test("heddle serve says how many requests were lost when the mercy ran out", LIMIT, async () => {
  await serving(async (cli, url) => {
    const hanging = fetch(`${url}/hang`).then(() => "answered", () => "lost");
    await cli.untilStderr(/^began \/hang$/m);
    cli.kill("SIGINT");
    assert.equal(await hanging, "lost");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.match(cli.stderr, /\nSIGINT: stopping; 1 request in flight, at most 200 ms\nstopped; 1 request lost\n$/);
  }, [TROUBLE, "--port", "0", "--reload-mercy", "200ms"]);
});

test("heddle serve ends at once on a second signal, with 128 and its number", LIMIT, async () => {
  await serving(async (cli, url) => {
    fetch(`${url}/hang`).catch(() => {});
    await cli.untilStderr(/^began \/hang$/m);
    cli.kill("SIGTERM");
    await cli.untilStderr(/^SIGTERM: stopping/m);
    cli.kill("SIGINT");
    assert.deepEqual(await cli.exit, { code: 130, signal: null });
    assert.match(cli.stderr, /\nSIGINT again: ending at once; 1 request lost\n$/);
  }, [TROUBLE, "--port", "0"]);
});

test("heddle serve logs a rejection that nobody handled with its request, over or not, and goes on", LIMIT, async () => {
  const told = runtimeName() !== "bun";
  await serving(async (cli, url) => {
    for (
      const [target, message] of [
        ["/reject", "nobody waits for it"],
        ["/late", "rejected after its answer"],
        ["/sleepless", "rejected meanwhile"],
      ] as const
    ) {
      assert.equal(await (await fetch(url + target)).text(), `answer to ${target}`);
      await cli.untilStderr(new RegExp(` - \\[ERROR\\] ${whose(target, told)}: Error: ${message}\\n`));
    }
    assert.equal(await (await fetch(`${url}/again`)).text(), "answer to /again");
  }, [TROUBLE, "--port", "0"]);
});

test("heddle serve answers what is in flight after an exception outside of requests, and exits with 1", LIMIT, async () => {
  await serving(async (cli, url) => {
    const slow = fetch(`${url}/slow`).then((response) => response.text());
    await cli.untilStderr(/^began \/slow$/m);
    await (await fetch(`${url}/timer`)).text();
    const name = whose("/timer", runtimeName() !== "deno");
    await cli.untilStderr(
      new RegExp(`\\[ERROR\\] ${name}: Error: thrown by a timer\\n[^]*uncaught exception: stopping; 1 request in flight`),
    );
    assert.equal(await slow, "answer to /slow");
    assert.deepEqual(await cli.exit, { code: 1, signal: null });
  }, [TROUBLE, "--port", "0"]);
});

/** Of all notices so far. */
function lostLines(cli: CliProcess): number {
  return [...cli.stderr.matchAll(/\*\*\* WARNING \*\*\* (\d+) lines? of the log w(?:as|ere) lost/g)].reduce(
    (sum, [, lines]) => sum + Number(lines),
    0,
  );
}

test("heddle serve goes on when its stdout is closed, and says that lines were lost", LIMIT, async () => {
  await serving(async (cli, url) => {
    cli.closeStdout();
    for (let index = 0; index < 5; index++) {
      assert.equal(await (await fetch(url)).text(), "hello");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    cli.kill("SIGTERM");
    assert.equal((await cli.exit).code, 0);
    const lost = lostLines(cli);
    assert.ok(lost >= 1 && lost <= 5, `${lost} lines`);
  }, [HELLO, "--port", "0"]);
});

testUnless(
  process.platform === "linux" ? null : "there is no /dev/full",
  "heddle serve goes on when the disk of its stdout is full, says how many lines were lost and why, and exits with 0",
  async () => {
    const cli = new CliProcess(["serve", HELLO, "--port", "0"], { stdoutTo: "/dev/full" });
    const url = await cli.listening();
    for (let index = 0; index < 5; index++) {
      assert.equal(await (await fetch(url)).text(), "hello");
      await pause(20);
    }
    await cli.untilStderr(/ - \*\*\* WARNING \*\*\* \d lines? of the log w\w+ lost: write to standard output: .*no space left/i);
    // It tries again, in vain.
    await pause(1100);
    assert.equal(await (await fetch(url)).text(), "hello");
    await until(() => lostLines(cli) === 6);
    cli.kill("SIGTERM");
    assert.deepEqual(await cli.exit, { code: 0, signal: null });
    assert.equal(lostLines(cli), 6);
  },
  LIMIT.timeout,
);

test("heddle serve goes on when nobody reads its stdout, and can be stopped", LIMIT, async () => {
  await serving(async (cli, url) => {
    cli.stallStdout();
    // A pipe holds 64 KiB, and so may this test's own stream: a server that blocks in its write would never answer the last of these.
    for (let index = 0; index < 60; index++) assert.equal((await fetch(`${url}/${"x".repeat(7000)}`)).status, 200);
    cli.kill("SIGTERM");
    await cli.untilStderr(/^stopped; 0 requests lost$/m);
  }, [HELLO, "--port", "0"]);
});

testUnless(
  runtimeName() === "node" && process.version.startsWith("v20.")
    ? "deviation: Node 20 has no hooks for it; an app finds heddle in its node_modules"
    : null,
  "heddle serve gives an app that imports heddle the very one that runs it",
  async () => {
    const app = appFile(
      "imports.mjs",
      `import { core, sleep } from "heddle"; import { getConnInfo } from "heddle/hono";
      import { staticFiles } from "heddle/static";
      const files = staticFiles(import.meta.dirname);
      export default async (request) => { await sleep(1); return await files.find(request) ?? new Response(typeof getConnInfo + core()); };`,
    );
    await serving(
      async (_cli, url) => {
        assert.equal(await (await fetch(url)).text(), "function0");
        assert.match(await (await fetch(new URL("imports.mjs", url))).text(), /^import/);
      },
      [app, "--port", "0"],
      { appPermissions: [`--allow-read=${folder}`] },
    );
  },
  60_000,
);
