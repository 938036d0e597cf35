/** What `heddle serve` needs of Deno's permissions: each row of the table of docs/deno.md, run with just that, and without each part of it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Address } from "../../src/contract/socket.ts";
import { createIdentity } from "../support/certificate.ts";
import { type CliOptions, CliProcess } from "../support/cli_process.ts";
import { freePort } from "../support/free_port.ts";
import { leastPermissions } from "../support/least_permissions.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { unixPath } from "../support/unix_path.ts";
import { NO_COMPILER, wasmProgram } from "../support/wasm_program.ts";

const LIMIT = { timeout: 60_000 };

const folder = mkdtempSync(join(tmpdir(), "heddle-least-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

const HELLO = file("hello.mjs", `export default { fetch: () => new Response("hello") };`);

const identity = createIdentity();
const [CERT, KEY] = [file("cert.pem", identity.cert), file("key.pem", identity.key)];

const READER = NO_COMPILER === null ? wasmProgram("reader") : null;
const PUBLIC = join(folder, "public");
mkdirSync(PUBLIC);
const MIME = file("mime.types", "text/x-first txt\n");
file("public/page.txt", "a page");

/** A row of the table. */
interface Row {
  readonly args: readonly string[];
  /** All that it needs. */
  readonly flags: readonly string[];
  /** Those among them that are the app's own, which no argument tells. @default none */
  readonly appFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly address: Address;
  readonly secure?: boolean;
  /** What the app answers. @default "hello" */
  readonly answer?: string;
  /** What it says or does without the flag of that place; null where it does not start. */
  readonly without?: ReadonlyMap<string, string>;
}

function loopback(port: number, hostname = "127.0.0.1"): Address {
  return { transport: "tcp", hostname, port };
}

/** @param port A free one. */
function rowsAt(port: number, path: string): Readonly<Record<string, Row>> {
  const http = `127.0.0.1:${port}`;
  const net = `--allow-net=${http}`;
  const read = `--allow-read=${HELLO}`;
  const owner = userInfo().username;
  const importing = file("importing.mjs", `import { text } from "./imported.mjs"; export default () => new Response(text);`);
  const imported = file("imported.mjs", `export const text = "imported";`);
  const hono = fileURLToPath(new URL("../../examples/hono.ts", import.meta.url));
  const telling = file("telling.mjs", "export default (_request, env) => new Response(String(env.GREETING));");
  const unix = [`--allow-net=unix:${path}`, `--allow-read=${path}`, `--allow-write=${path}`];
  return {
    "an app": { args: [HELLO, "--port", String(port)], flags: [net, read], address: loopback(port) },
    "an app that imports files": {
      args: [importing, "--port", String(port)],
      flags: [net, `--allow-read=${importing}`, `--allow-read=${imported}`],
      appFlags: [`--allow-read=${imported}`],
      address: loopback(port),
      answer: "imported",
    },
    "an app with npm imports": {
      args: [hono, "--port", String(port)],
      flags: [net, `--allow-read=${hono}`],
      address: loopback(port),
      answer: "Hello from Hono!\n",
    },
    "--http :PORT": { args: [HELLO, "--http", `:${port}`], flags: [`--allow-net=0.0.0.0:${port}`, read], address: loopback(port) },
    "--http [::1]:PORT": {
      args: [HELLO, "--http", `[::1]:${port}`],
      flags: [`--allow-net=[::1]:${port}`, read],
      address: loopback(port, "::1"),
    },
    "--https": {
      args: [HELLO, "--https", http, "--cert", CERT, "--key", KEY],
      flags: [net, `${read},${CERT},${KEY}`],
      address: loopback(port),
      secure: true,
    },
    "--http unix:PATH": {
      args: [HELLO, "--http", `unix:${path}`, "--chmod-socket", "660", "--chown-socket", `${process.getuid?.()}`],
      flags: [...unix, read],
      address: { transport: "unix", path },
    },
    "--chown-socket with a name": {
      args: [HELLO, "--http", `unix:${path}`, "--chown-socket", owner],
      flags: [...unix, `${read},/etc/passwd`],
      address: { transport: "unix", path },
    },
    "--suspend worker": {
      args: [HELLO, "--port", String(port), "--suspend", "worker"],
      flags: [net, `${read},${SOURCES}`],
      address: loopback(port),
    },
    "HEDDLE_* variables": {
      args: [HELLO],
      env: { HEDDLE_PORT: String(port) },
      flags: ["--allow-env=HEDDLE_*", net, read],
      address: loopback(port),
    },
    "a variable that the app reads": {
      args: [telling, "--port", String(port)],
      env: { GREETING: "good day" },
      flags: [net, `--allow-read=${telling}`, "--allow-env=GREETING"],
      appFlags: ["--allow-env=GREETING"],
      address: loopback(port),
      answer: "good day",
      without: new Map([["--allow-env=GREETING", "undefined"]]),
    },
    "--static-map": {
      args: [HELLO, "--port", String(port), "--static-map", `/s=${PUBLIC}`, "--mime-file", MIME],
      flags: [net, `${read},${PUBLIC},${MIME}`],
      address: loopback(port),
    },
    "--harakiri": {
      args: [HELLO, "--port", String(port), "--harakiri", "60"],
      flags: [net, `${read},${SOURCES}`],
      address: loopback(port),
    },
    ...(READER !== null && {
      "a WebAssembly program with --wasm-dir": {
        args: [READER, "--port", String(port), "--wasm-dir", `/data=${PUBLIC}`, "--wasm-memory", "2"],
        flags: [net, `--allow-read=${READER},${PUBLIC}`],
        address: loopback(port),
        answer: "page.txt\n",
      },
    }),
    "all other options": {
      args: [
        ...[HELLO, "--port", String(port), "--trust-proxy", "127.0.0.1", "--trust-proxy", "unix", "--trust-proxy-field", "forwarded"],
        ...["--proxy-protocol", "10.0.0.0/8", "--async", "5", "--queue-timeout", "1", "--limit-post", "1mb", "--log-format", "json"],
        ...["--globals", "native", "--suspend", "async", "--connections", "100"],
      ],
      flags: [net, read],
      address: loopback(port),
    },
  };
}

/** Starts it, asks for the answer, and stops it. @returns The answer's body; null if it did not start. */
async function answerOf({ args, address, secure = false }: Row, options: CliOptions): Promise<string | null> {
  const cli = new CliProcess(["serve", ...args], options);
  const started = await cli.untilStderr(/^listening on /m).then(() => true, () => false);
  if (!started) {
    assert.notEqual((await cli.exit).code, 0);
    return null;
  }
  try {
    const client = secure ? await RawClient.connectTls(address) : await RawClient.connect(address);
    client.send("GET / HTTP/1.0\r\n\r\n");
    await until(() => client.ended);
    client.destroy();
    cli.kill("SIGTERM");
    assert.deepEqual([(await cli.exit).code, cli.stderr.match(/WARNING|ermission/g)], [0, null]);
    return client.text.replace(/^[^]*?\r\n\r\n/, "");
  } finally {
    cli.kill("SIGKILL");
  }
}

test("leastPermissions() gives what docs/deno.md says", () => {
  for (const [name, { args, flags, appFlags = [], env = {} }] of Object.entries(rowsAt(8080, "/run/app.sock"))) {
    // Its own are a list, and in this order.
    const own = flags.filter((flag) => !appFlags.includes(flag));
    assert.deepEqual(leastPermissions(["serve", ...args], env, "/"), own, name);
  }
  assert.deepEqual(leastPermissions(["serve", "app.mjs", "--cert", "cert.pem"], {}, "/srv"), [], "wrong usage needs none");
  assert.deepEqual(leastPermissions(["--version"], {}, "/srv"), []);
});

if (runtimeName() === "deno") {
  for (const name of Object.keys(rowsAt(0, ""))) {
    test(`heddle serve on Deno, ${name}: what docs/deno.md says is enough, and not more than enough`, LIMIT, async () => {
      const row = rowsAt(await freePort(), unixPath())[name]!;
      const { flags, env, answer = "hello", without } = row;
      assert.equal(await answerOf(row, { denoFlags: flags, ...(env !== undefined && { env }) }), answer);
      for (const missing of flags) {
        const denoFlags = flags.filter((flag) => flag !== missing);
        const otherwise = await answerOf(row, { denoFlags, ...(env !== undefined && { env }) });
        assert.equal(otherwise, without?.get(missing) ?? null, `without ${missing}`);
      }
    });
  }

  test("heddle serve on Deno names the file that it may not read: the app, or what that imports", LIMIT, async () => {
    const imported = file("other.mjs", "");
    const app = file("needs_other.mjs", `import "./other.mjs";`);
    const refused = async (readable: string, what: string, path: string) => {
      const cli = new CliProcess(["serve", app], { denoFlags: [`--allow-read=${readable}`] });
      await cli.exit;
      assert.equal(cli.stderr, `heddle: load app "${app}": reading ${what} is not permitted; give deno run --allow-read=${path}\n`);
    };
    await refused("/none", "it", app);
    await refused(app, imported, imported);
  });

  test("heddle serve on Deno: a variable that may not be read is an unset one", LIMIT, async () => {
    const cli = new CliProcess(["serve", HELLO], {
      denoFlags: ["--allow-net=127.0.0.1:8080", `--allow-read=${HELLO}`],
      env: { HEDDLE_PORT: "none" },
    });
    await cli.untilStderr(/listen/);
    assert.doesNotMatch(cli.stderr, /HEDDLE_PORT/);
    cli.kill("SIGKILL");
    await cli.exit;
  });

  test("heddle serve on Deno warns of a watchdog that it may not start, and serves", LIMIT, async () => {
    const cli = new CliProcess(["serve", HELLO, "--port", "0", "--harakiri", "60"], {
      denoFlags: ["--allow-net=127.0.0.1:0", `--allow-read=${HELLO}`],
    });
    await cli.listening();
    await cli.untilStderr(
      /WARNING \*\*\* the watchdog cannot run: Requires read access to "[^"]+", [^;\n]*; a handler that blocks [^;\n]*\n/,
    );
    cli.kill("SIGTERM");
    assert.equal((await cli.exit).code, 0);
  });

  test("heddle serve knows the limit of open files on Deno with -A alone", LIMIT, async () => {
    const port = await freePort();
    const cases = [[["-A"], true], [[`--allow-net=127.0.0.1:${port}`, "--allow-read"], false]] as const;
    for (const [denoFlags, warned] of cases) {
      const cli = new CliProcess(["serve", HELLO, "--port", String(port), "--connections", "100000"], { denoFlags, openFiles: 200 });
      await cli.listening();
      cli.kill("SIGTERM");
      await cli.exit;
      assert.equal(/WARNING.*--connections 100000: this process may have 200 files open/.test(cli.stderr), warned);
    }
  });
}
