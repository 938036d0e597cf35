/** C programs under `heddle serve`, one instance a request: suspended by JSPI, and in threads, where there is none, or where that is asked for. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { runCli } from "../support/cli_process.ts";
import { findJspi } from "../../src/suspend/wasm/jspi.ts";
import { servingCli } from "../support/cli_server.ts";
import { fieldOf, parseAnswer } from "../support/parse_answer.ts";
import { openFiles, residentBytes } from "../support/process_facts.ts";
import { pause, until } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";
import { testUnless } from "../support/test_unless.ts";
import { NO_COMPILER, wasmProgram } from "../support/wasm_program.ts";
import { exchange, get, LIMIT_MS, wasmTest } from "../support/wasm_ways.ts";

const MEGABYTE = 1_000_000;

wasmTest("heddle serve hello.wasm answers by CGI's rules, and says at its start what it runs", async ({ engine, args }) => {
  await servingCli([wasmProgram("hello"), ...args], async (server) => {
    const answer = await get(server, "/");
    assert.deepEqual([answer.status, answer.body], [200, "Hello from C\n"]);
    assert.equal(fieldOf(answer, "content-type"), "text/plain");
    assert.equal(fieldOf(answer, "content-length"), "13");
    const head = await exchange(server, "HEAD /");
    assert.deepEqual([parseAnswer(head, "HEAD").status, head.includes("Hello")], [200, false]);
    assert.match(server.cli.stderr, engine === "wasm" ? /: io \w+, suspend wasm, 1000 cores/ : /: io \w+, suspend worker, \d{1,3} cores/);
    const warning = /\*\*\* WARNING \*\*\* Node 20\.\d+\.\d+ has no JSPI \(.*\), .*: each request has a thread of its own, \d+ at once/m;
    assert.equal(warning.test(server.cli.stderr), findJspi() === null);
    assert.match(server.cli.stderr, /^app: .*hello\.wasm, WASI program, one instance a request, memory up to 64 MB$/m);
  });
});

wasmTest("a program gets the request in its environment, and nothing of heddle's own", async ({ args }) => {
  const program = wasmProgram("env");
  await servingCli([program, ...args], async (server) => {
    const text = await exchange(server, "GET /a%20b%e4?c=%20d", "X-Some-Field: v\xe4lue", "Proxy: evil", "X_Under: 1");
    const [first, ...variables] = parseAnswer(text).body.trimEnd().split("\n");
    assert.equal(first, `1 ${program}`);
    const env = new Map(variables.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
    const wanted = {
      GATEWAY_INTERFACE: "CGI/1.1",
      HTTP_X_SOME_FIELD: "v\xe4lue",
      PATH_INFO: "/a b\xe4",
      QUERY_STRING: "c=%20d",
      REMOTE_ADDR: "127.0.0.1",
      REQUEST_METHOD: "GET",
      SCRIPT_NAME: "",
      SERVER_PROTOCOL: "HTTP/1.1",
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(env.get(name), value, name);
    assert.match(env.get("SERVER_SOFTWARE")!, /^heddle\//);
    for (const name of env.keys()) assert.match(name, /^[A-Z][A-Z0-9_]*$/);
    for (const name of ["HTTP_PROXY", "HTTP_X_UNDER", "PATH", "HOME"]) assert.equal(env.has(name), false, name);
    // A C string would end at it.
    assert.equal((await get(server, "/a%00b")).status, 400);
  });
});

wasmTest("a program's head makes the answer's: Status, Location, fields, lengths", async ({ args }) => {
  await servingCli([wasmProgram("answers"), ...args], async (server) => {
    const status = await get(server, "/status");
    assert.deepEqual([status.status, status.reason, status.body, fieldOf(status, "status")], [404, "Gone Fishing", "not here", null]);
    const location = await get(server, "/location");
    assert.deepEqual([location.status, fieldOf(location, "location"), location.body], [302, "https://example.org/there", ""]);
    const cookie = await get(server, "/local-cookie");
    assert.deepEqual([cookie.status, fieldOf(cookie, "location"), fieldOf(cookie, "set-cookie")], [302, "/elsewhere", "a=1"]);
    const fields = await get(server, "/fields");
    assert.deepEqual(fields.fields.filter(([name]) => name === "set-cookie").map(([, value]) => value), ["a=1", "b=2"]);
    assert.deepEqual([fieldOf(fields, "transfer-encoding"), fieldOf(fields, "x-latin"), fields.body], [null, "\xe4", "ok"]);
    assert.equal((await get(server, "/length")).body, "abc");
    assert.deepEqual([(await get(server, "/empty")).status, (await get(server, "/exit0")).body], [204, "exit(0)"]);
  });
});

wasmTest(
  "a program's Location that is a path, and nothing else, is answered by the program itself, by GET, ten times at most",
  async ({ args }) => {
    await servingCli([wasmProgram("answers"), ...args], async (server) => {
      const local = await get(server, "/local");
      assert.deepEqual([local.status, fieldOf(local, "location"), local.body], [200, null, "GET a=b /elsewhere?a=b /local - -1\n"]);
      const client = await server.connect();
      client.send("POST /local HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody");
      await until(() => client.ended || client.closed, LIMIT_MS);
      assert.equal(parseAnswer(client.text).body, "GET a=b /elsewhere?a=b /local - -1\n");
      assert.equal((await get(server, "/local-body")).body, "GET  /elsewhere /local-body - -1\n");
      assert.equal(parseAnswer(await exchange(server, "HEAD /local"), "HEAD").status, 200);
      for (const [target, why] of [["/loop", "there were 10 before it"], ["/local-nul", "a NUL in a path"]]) {
        assert.equal((await get(server, target!)).status, 502);
        await server.cli.untilStderr(new RegExp(`GET ${target} on core \\d+: ProgramError: follow a program's local redirect: ${why}\n`));
      }
    });
  },
);

wasmTest(
  "a client that has sent FIN waits for its answer, and ends no program; as under CGI, what sleeps on is harakiri's",
  async ({ args }) => {
    await servingCli([wasmProgram("sleeper"), "--async", "1", "--harakiri-route", "/late=500ms", ...args], async (server) => {
      const client = await server.connect();
      client.send("GET /?300 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      client.end();
      await until(() => client.ended || client.closed, LIMIT_MS);
      assert.match(parseAnswer(client.text).body, /^slept \d+ ms/);
      const late = await server.connect();
      late.send("GET /late?1000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      late.end();
      await until(() => late.ended || late.closed, LIMIT_MS);
      assert.match((await get(server, "/?0")).body, /^slept /);
    });
  },
);

wasmTest(
  "a program that traps, exits with a code or gives no head is a 502 with a line in the log; past its head a reset",
  async ({ args }) => {
    await servingCli([wasmProgram("answers"), "--wasm-memory", "2", ...args], async (server) => {
      const logged = async (target: string, pattern: RegExp) => {
        const answer = await get(server, target);
        assert.deepEqual([answer.status, answer.body], [502, "Bad Gateway"], target);
        await server.cli.untilStderr(new RegExp(`\\[ERROR\\] GET ${target} on core \\d+: ProgramError: ${pattern.source}`));
      };
      await logged("/trap", /run "[^"]*answers\.wasm": it trapped\n\s+caused by: RuntimeError: /);
      await logged("/pointer", /run "[^"]*answers\.wasm": it trapped\n/);
      await logged("/exit", /run "[^"]*answers\.wasm": it ended with exit code 3\n/);
      await logged("/none", /read a program's head: the program wrote none\n/);
      await logged("/no-end", /read a program's head: no empty line ends it\n/);
      await logged("/no-field", /read a program's head: "this is no head" is no field/);
      await logged("/no-type", /read a program's head: it has none of Content-Type, Location and Status\n/);
      await logged("/twice", /read a program's head: it has two fields Content-Type\n/);
      await logged("/bad-status", /read a program's head: Status "fine" is not three digits/);
      await logged("/low-status", /read a program's head: status 100 is not one from 200 to 599/);
      await logged("/bad-value", /read a program's head: the value of field "X-Bad" has a character/);
      await logged("/short", /send a program's answer: its Content-Length is 9, and its body has 3 bytes\n/);
      await logged("/long", /read a program's head: it has no end within 16384 bytes\n/);
      await server.cli.untilStderr(
        /\[stderr\] GET \/exit on core \d+: first line\n.*\[stderr\] GET \/exit on core \d+: and one without an end\n/,
      );
      const late = await exchange(server, "GET /late-trap");
      assert.match(late, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n4\r\nsent\r\n$/);
      await server.cli.untilStderr(/\[ERROR\] GET \/late-trap on core \d+: ProgramError: run "[^"]*": it trapped\n/);
      assert.match((await get(server, "/memory")).body, /^1 MB, then: Out of memory\n$/);
      assert.equal((await get(server, "/other")).body, "else");
    });
  },
);

wasmTest("a program that polls waits for the body's next bytes, with a time, while others are served", async ({ args }) => {
  await servingCli([wasmProgram("poller"), "--post-buffering", "0", ...args], async (server) => {
    const client = await server.connect();
    client.send("POST /?200 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    await until(() => client.text.includes("nothing\n"));
    client.send("3\r\none\r\n");
    await until(() => client.text.includes("one\n"));
    client.send("3\r\ntwo\r\n0\r\n\r\n");
    await until(() => client.ended);
    assert.match(parseAnswer(client.text).body, /^(nothing\n)+one\n(nothing\n)*two\n(nothing\n)*end\n$/);
    await server.cli.untilStdout(/\([1-9]\d* switches on core 0\)/);
  });
});

wasmTest("endless output to a client that does not read is bounded, and ends with the client", async ({ args }) => {
  await servingCli([wasmProgram("endless"), "--async", "2", ...args], async (server) => {
    const client = await server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => client.received > MEGABYTE);
    client.pause();
    await pause(500);
    const before = residentBytes(server.cli.pid);
    await pause(1500);
    assert.ok(residentBytes(server.cli.pid) - before < 16 * MEGABYTE);
    client.reset();
    await server.cli.untilStdout(/GET \/ => generated \d+ bytes/);
    // Both cores are free.
    assert.doesNotMatch(server.cli.stderr, /\[ERROR\]/);
    const others = await Promise.all([server.connect(), server.connect()]);
    for (const other of others) other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => others.every(({ received }) => received > MEGABYTE));
  });
});

wasmTest("--harakiri frees a program's core at its next suspend, and so does a client that goes", async ({ args }) => {
  await servingCli([wasmProgram("answers"), "--async", "1", "--harakiri-route", "/endless*=500ms", ...args], async (server) => {
    const answer = await get(server, "/endless-sleep");
    assert.deepEqual([answer.status, answer.body], [504, "Gateway Timeout"]);
    assert.equal((await get(server, "/other")).body, "else");
    // One that writes to its log without an end gives way, too.
    assert.equal((await get(server, "/endless-log")).status, 504);
    assert.equal((await get(server, "/other")).body, "else");
  });
  await servingCli([wasmProgram("answers"), "--async", "1", ...args], async (server) => {
    const client = await server.connect();
    client.send("GET /endless-sleep HTTP/1.1\r\nHost: a\r\n\r\n");
    await pause(300);
    client.reset();
    assert.equal((await get(server, "/other")).body, "else");
    assert.doesNotMatch(server.cli.stderr, /\[ERROR\]/);
  });
});

// Deno 2.9.6 keeps six descriptors of each thread that was ended while its program stood still.
wasmTest(
  "--harakiri of programs that wait leaves no descriptor behind",
  async ({ args }) => {
    await servingCli([wasmProgram("answers"), "--async", "1", "--harakiri-route", "/endless*=200ms", ...args], async (server) => {
      assert.equal((await get(server, "/endless-sleep")).status, 504);
      const before = openFiles(server.cli.pid);
      for (let count = 0; count < 5; count++) assert.equal((await get(server, "/endless-sleep")).status, 504);
      assert.equal((await get(server, "/other")).body, "else");
      await until(() => openFiles(server.cli.pid) <= before + 5);
    });
  },
  NO_COMPILER ?? (existsSync("/proc/self/fd") ? null : "needs /proc (Linux)"),
);

wasmTest("--wasm-dir lets a program read a folder, and nothing outside of it", async ({ args }) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-guest-"));
  after(() => rmSync(folder, { recursive: true }));
  const inside = join(folder, "inside");
  mkdirSync(join(inside, "below"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(inside, "text.txt"), "text of a file");
  writeFileSync(join(inside, "below", "deep.txt"), "deep");
  symlinkSync("../secret.txt", join(inside, "link.txt"));
  symlinkSync(folder, join(inside, "up"));
  symlinkSync("text.txt", join(inside, "fine.txt"));
  execFileSync("mkfifo", [join(inside, "pipe")]);
  await servingCli([wasmProgram("reader"), "--wasm-dir", `/data=${inside}`, "--harakiri", "5s", ...args], async (server) => {
    assert.match(server.cli.stderr, /, reads \/data$/m);
    const read = async (query: string) => (await get(server, `/?${query}`)).body;
    assert.equal(await read("/data/text.txt"), "14 bytes: text of a file [e]\n");
    assert.equal(await read("/data/below/../below/./deep.txt"), "4 bytes: deep [e]\n");
    assert.equal(await read("/data/fine.txt"), "14 bytes: text of a file [e]\n");
    assert.equal(await read("/data"), ["below", "fine.txt", "link.txt", "pipe", "text.txt", "up", ""].join("\n"));
    assert.equal(await read("/data/below"), "deep.txt\n");
    assert.equal(await read("/data/none.txt"), "stat: No such file or directory\n");
    assert.equal(await read("/data/text.txt/x"), "stat: Not a directory\n");
    for (const path of ["/data/../secret.txt", "/data/below/../../secret.txt", "/data/link.txt", "/data/up/secret.txt"]) {
      assert.match(await read(path), /^stat: (Capabilities insufficient|No such file or directory)\n$/, path);
    }
    assert.match(await read("/data/pipe"), /^open: No such device or address\n$/);
    assert.match(await read("/etc/passwd"), /^stat: /);
    assert.equal(await read("write:/data/new.txt"), "Read-only file system\n");
    assert.equal(await read("write:/data/text.txt"), "Read-only file system\n");
    assert.equal(existsSync(join(inside, "new.txt")), false);
  });
});

wasmTest("a program whose calls lie is a 502 or is told so, and the others are served", async ({ args }) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-guest-"));
  after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "text.txt"), "text");
  await servingCli([wasmProgram("hostile"), "--wasm-dir", `/data=${folder}`, "--harakiri", "20s", ...args], async (server) => {
    for (const path of ["/vector", "/vectors", "/result", "/events", "/sleep-outside", "/random", "/names", "/deep"]) {
      assert.equal((await get(server, path)).status, 502, path);
    }
    const post = await exchange(server, "POST /read", "Content-Length: 0");
    assert.equal(parseAnswer(post).status, 502);
    const [EINVAL, EMFILE] = [28, 33];
    assert.equal((await get(server, "/counts")).body, `${EINVAL} ${EINVAL} ${EINVAL} ${EINVAL}\n${EINVAL} ${EINVAL}\n`);
    assert.equal((await get(server, "/places")).body, `0 ${EINVAL} ${EINVAL} 0\n0 ${EINVAL}\n0 0\n`);
    assert.equal((await get(server, "/descriptors")).body, `63, then ${EMFILE}\n`);
    const polls = ["poll 0: 100=0", `poll 0: 102=${EINVAL}`, `poll 0: 177=${EINVAL}`, "poll 0: 9=8", "poll 0: 9=0", "poll 0: 100=0 101=0"];
    assert.deepEqual((await get(server, "/polls")).body.trim().split("\n"), polls);
    // A thousand times a megabyte, by one call.
    assert.equal((await get(server, "/log")).body, "0 16384\n");
    assert.doesNotMatch(server.cli.stderr, /held the event loop/);
  });
});

if (findJspi() === null) {
  testUnless(NO_COMPILER, "--suspend wasm without JSPI says so, and the way out", async () => {
    const { code, stderr } = await runCli(["serve", wasmProgram("hello"), "--port", "0", "--suspend", "wasm"]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^heddle: run a WebAssembly program: Node 20\.\d+\.\d+ has no JSPI \(.*\), .*; run it in threads \(--suspend worker\), or use Node 24 or later/,
    );
  }, LIMIT_MS);
}

wasmTest("heddle serve of a file that is no WASI program says what it is", async (way) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-wasm-"));
  after(() => rmSync(folder, { recursive: true }));
  const refused = async (bytes: Uint8Array | null, pattern: RegExp) => {
    const path = join(folder, "app.wasm");
    rmSync(path, { force: true });
    if (bytes !== null) writeFileSync(path, bytes);
    const { code, stderr } = await runCli(["serve", path, "--port", "0", ...way.args]);
    assert.match(stderr, pattern);
    return code;
  };
  assert.equal(await refused(null, /^heddle: load app ".*": no such file\n$/), 1);
  assert.equal(await refused(new Uint8Array([1, 2, 3]), /it is no WebAssembly/), 1);
  assert.equal(await refused(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), /it exports no _start/), 1);
});

wasmTest("heddle serve hello.wasm --static-map serves files before the program", async () => {
  const size = 3_000_000;
  const site = createSite({ "a.txt": "a file", "large.bin": new Uint8Array(size) });
  await servingCli([wasmProgram("hello"), "--static-map", `/=${site}`], async (server) => {
    assert.equal((await get(server, "/a.txt")).body, "a file");
    assert.equal((await get(server, "/large.bin")).body.length, size);
    assert.equal((await get(server, "/none")).body, "Hello from C\n");
    assert.doesNotMatch(server.cli.stderr, /ERROR/);
  });
});
