/** `--https` with clients that are nobody's of ours: curl, openssl, Python. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import tls from "node:tls";
import { EXIT_CODES } from "../../src/cli/exit_codes.ts";
import type { TlsIdentity } from "../../src/contract/socket.ts";
import { createIdentity } from "../support/certificate.ts";
import { CliProcess, runCli } from "../support/cli_process.ts";
import { appFile } from "../support/cli_server.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { pause, until } from "../support/served.ts";

const TIMEOUT_MS = 60_000;

const MIB = 1024 * 1024;

/** 64 MiB by a stream that counts what it was asked for, and whether its client went. */
const APP = `let pulled = 0, aborted = 0;
export default { fetch(request, env, { signal }) {
  const { pathname } = new URL(request.url);
  if (pathname === "/pulled") return new Response(String(pulled));
  if (pathname === "/aborted") return new Response(String(aborted));
  if (pathname !== "/stream") return new Response(request.url + "\\n");
  signal.addEventListener("abort", () => aborted++);
  pulled = 0;
  return new Response(new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65536));
      if ((pulled += 65536) === 64 * ${MIB}) controller.close();
    },
  }, { highWaterMark: 0 }));
} };`;

interface Secure {
  readonly cli: CliProcess;
  readonly port: number;
  readonly cert: string;
  /** Writes another certificate over the first. */
  replace(identity: TlsIdentity): void;
}

async function serving(args: readonly string[], run: (server: Secure) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  const [cert, key] = ["cert.pem", "key.pem"].map((file) => join(folder, file));
  const replace = (identity: TlsIdentity) => {
    writeFileSync(cert, identity.cert);
    writeFileSync(key, identity.key);
  };
  replace(createIdentity());
  const cli = new CliProcess([
    "serve",
    appFile(APP),
    "--https",
    "127.0.0.1:0",
    "--cert",
    cert,
    "--key",
    key,
    "--log-format",
    "none",
    ...args,
  ]);
  try {
    const url = new URL(await cli.listening());
    assert.equal(url.protocol, "https:");
    await run({ cli, port: Number(url.port), cert, replace });
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
    rmSync(folder, { recursive: true });
  }
}

/** The same with a second certificate behind the first, for second.test. */
async function servingTwo(args: readonly string[], run: (server: Secure) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  const [cert, key] = ["second.pem", "second.key"].map((file) => join(folder, file)) as [string, string];
  const identity = createIdentity("second", 30, "DNS:second.test");
  writeFileSync(cert, identity.cert);
  writeFileSync(key, identity.key);
  try {
    await serving(["--cert", cert, "--key", key, ...args], run);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ONE = [["", serving]] as const;
/** On Deno several go another way: `HelloSocket`. */
const BOTH = runtimeName() === "deno" ? [...ONE, [", with several certificates", servingTwo] as const] : ONE;

/** Runs a program. @returns What it wrote, on both streams. */
function output(program: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: TIMEOUT_MS }, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.end(input);
  });
}

/** A request by curl, which holds the certificate to be the one that it was given. @returns The body, and the version in a line of its own. */
function curl({ port, cert }: Secure, path: string): Promise<string> {
  return output("curl", ["-sS", "--cacert", cert, "-w", "\n%{http_version}", `https://localhost:${port}${path}`]);
}

/** What openssl says of a handshake. */
function handshake({ port }: Secure, ...args: string[]): Promise<string> {
  return output("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", ...args]);
}

/** Python's client: connects, asks for the stream, waits, and then does what `then` says. */
function python({ port }: Secure, then: string): Promise<string> {
  return output("python3", [
    "-c",
    `import socket, ssl, struct, sys, time
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
raw = socket.create_connection(("127.0.0.1", ${port}))
client = context.wrap_socket(raw)
client.sendall(b"GET /stream HTTP/1.0\\r\\n\\r\\n")
${then}`,
  ]);
}

test("--https: curl verifies the certificate, and the app sees https", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    assert.equal(await curl(server, "/a?b"), `https://localhost:${server.port}/a?b\n\n1.1`);
  });
});

test("--https: TLS 1.2 and 1.3 with ALPN http/1.1, and nothing older", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    for (const version of ["-tls1_2", "-tls1_3"]) {
      assert.match(await handshake(server, version, "-alpn", "h2,http/1.1"), /ALPN protocol: http\/1\.1/);
    }
    const old = await handshake(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    assert.match(old, /alert (protocol version|handshake failure)|unexpected eof/);
    // The same client is able to, so that it is the server that refuses.
    assert.doesNotMatch(old, /no protocols available|no ciphers available/);
  });
});

for (const [what, serve] of BOTH) {
  test(
    `--handshake-timeout: a client that does not finish its handshake is closed, and others are served${what}`,
    { timeout: TIMEOUT_MS },
    async () => {
      await serve(["--handshake-timeout", "500ms"], async (server) => {
        const silent = net.connect({ host: "127.0.0.1", port: server.port });
        const begun = net.connect({ host: "127.0.0.1", port: server.port }, () => begun.write("\x16\x03\x01\x02\x00\x01", "latin1"));
        let closed = 0;
        for (const socket of [silent, begun]) socket.on("error", () => {}).on("close", () => closed++).resume();
        assert.match(await curl(server, "/"), /^https/);
        await until(() => closed === 2);
      });
    },
  );
}

test("SIGHUP: the new certificate for new connections; open ones go on; a bad one changes nothing", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    const { cli, port, replace } = server;
    const open = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    let received = "";
    open.on("data", (chunk: Buffer) => received += chunk.toString("latin1"));
    open.write("GET /before HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await until(() => received.includes("/before"));
    replace(createIdentity("second"));
    process.kill(cli.pid, "SIGHUP");
    await cli.untilStderr(/SIGHUP: new connections get the certificate of/);
    assert.match(await handshake(server), /CN = second/);
    replace({ cert: "none", key: "none" });
    process.kill(cli.pid, "SIGHUP");
    await cli.untilStderr(/SIGHUP: the old certificate stays: option tls: no certificate in PEM is in it/);
    assert.match(await handshake(server), /CN = second/);
    open.write("GET /after HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await until(() => received.includes("/after"));
    open.destroy();
  });
});

if (runtimeName() === "deno") {
  test("several certificates --io node: an error that names Deno and the way out", { timeout: TIMEOUT_MS }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    const pairs = ["first", "second"].flatMap((name) => {
      const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
      const identity = createIdentity(name, 30, `DNS:${name}.test`);
      writeFileSync(cert, identity.cert);
      writeFileSync(key, identity.key);
      return ["--cert", cert, "--key", key];
    });
    const { code, stderr } = await runCli(["serve", appFile(APP), "--https", "127.0.0.1:0", ...pairs, "--io", "node"]);
    rmSync(folder, { recursive: true });
    assert.equal(code, EXIT_CODES.usage);
    assert.match(stderr, /several certificates: on Deno .*take away --io node/);
  });
}

// With --io node there is one certificate for all names on Deno: tests/conformance/deviations.ts says why.
for (const io of runtimeName() === "deno" ? [[]] : [[], ["--io", "node"]]) {
  test(
    `several certificates: the server name chooses, the first is for the others, and SIGHUP reads all again${["", ...io].join(" ")}`,
    { timeout: TIMEOUT_MS },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "heddle-"));
      const [cert, key] = ["cert.pem", "key.pem"].map((file) => join(folder, file)) as [string, string];
      const write = (identity: TlsIdentity) => {
        writeFileSync(cert, identity.cert);
        writeFileSync(key, identity.key);
      };
      write(createIdentity("second", 30, "DNS:*.second.test,DNS:second.test"));
      try {
        await serving(["--cert", cert, "--key", key, ...io], async (server) => {
          const { cli, port, replace } = server;
          const shown = async (...name: readonly string[]) => {
            const said = await output("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...name]);
            return /subject=CN = (\S+)/.exec(said)?.[1];
          };
          const chosen = () =>
            Promise.all([
              shown("-servername", "localhost"),
              shown("-servername", "second.test"),
              shown("-servername", "WWW.second.test"),
              shown("-tls1_2", "-servername", "www.second.test"),
              shown("-servername", "a.www.second.test"),
              shown("-noservername"),
            ]);
          assert.deepEqual(await chosen(), ["localhost", "second", "second", "second", "localhost", "localhost"]);
          assert.equal(
            await output("curl", ["-sS", "--cacert", cert, "--connect-to", `::127.0.0.1:${port}`, "https://www.second.test/x"]),
            "https://www.second.test/x\n",
          );
          replace(createIdentity("new"));
          write(createIdentity("newer", 30, "DNS:a.www.second.test"));
          process.kill(cli.pid, "SIGHUP");
          await cli.untilStderr(/SIGHUP: new connections get the certificates of \S+cert\.pem, \S+cert\.pem\n/);
          assert.deepEqual(await chosen(), ["new", "new", "new", "new", "newer", "new"]);
          write(createIdentity("nameless", 30, ""));
          process.kill(cli.pid, "SIGHUP");
          await cli.untilStderr(
            /SIGHUP: the old certificates stay: option tls, certificate 2: no client would get it: it has no DNS name\n/,
          );
          assert.deepEqual(await chosen(), ["new", "new", "new", "new", "newer", "new"]);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
}

test("SIGHUP: no connection is lost under load", { timeout: TIMEOUT_MS }, async (context) => {
  await serving([], async (server) => {
    let asking = true;
    let answered = 0;
    const failures: string[] = [];
    const ask = async () => {
      while (asking) {
        const line = await askOnce(server.port);
        if (line.startsWith("HTTP/1.1 200")) answered++;
        else failures.push(line);
      }
    };
    const clients = Array.from({ length: 4 }, ask);
    for (let round = 1; round <= 10; round++) {
      server.replace(createIdentity(`round ${round}`));
      const said = server.cli.stderr.split("SIGHUP: new").length;
      process.kill(server.cli.pid, "SIGHUP");
      const before = answered;
      await until(() => server.cli.stderr.split("SIGHUP: new").length > said && answered > before + 5);
    }
    asking = false;
    await Promise.all(clients);
    context.diagnostic(`${answered} answered, ${failures.length} lost`);
    assert.ok(answered > 50, `${answered} answered`);
    assert.deepEqual(failures, []);
  });
});

/** A connection with one request. @returns The status line, or the error. */
function askOnce(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    });
    socket.on("data", (chunk: Buffer) => answer += chunk.toString("latin1"));
    socket.on("error", (error: Error) => resolve(String(error)));
    socket.on("close", () => resolve(answer || "closed without an answer"));
  });
}

test(
  "a client that does not read: the stream is not pulled past what the kernel takes, and arrives whole later",
  { timeout: TIMEOUT_MS },
  async () => {
    await serving([], async (server) => {
      const client = python(
        server,
        `time.sleep(2)
received = 0
while True:
    chunk = client.recv(65536)
    if not chunk: break
    received += len(chunk)
print(received)`,
      );
      let most = 0;
      const done = client.then(() => true);
      while (!await Promise.race([done, pause(200)]) && most === 0) {
        const pulled = parseInt(await curl(server, "/pulled"));
        await pause(600);
        // It has come to a stop.
        if (pulled > 0 && parseInt(await curl(server, "/pulled")) === pulled) most = pulled;
      }
      assert.ok(most > 0 && most < 16 * MIB, `${most} bytes were pulled`);
      assert.ok(Number(await client) > 64 * MIB);
    });
  },
);

test("a client that resets in mid-stream: the app's signal is aborted, once", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    await python(
      server,
      `client.recv(1000)
raw = client.detach()
end = socket.socket(fileno=raw)
end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
end.close()`,
    );
    let aborted = "";
    for (let tries = 0; tries < 50 && aborted !== "1\n1.1"; tries++) {
      await pause(100);
      aborted = await curl(server, "/aborted");
    }
    assert.equal(aborted, "1\n1.1");
  });
});

test(
  "a slow client gets the whole of an answer that ends its connection, and TLS's word that it is the end",
  { timeout: TIMEOUT_MS },
  async () => {
    await serving([], async (server) => {
      const client = await python(
        server,
        `client.suppress_ragged_eofs = False
time.sleep(1.5)
received = 0
try:
    while True:
        chunk = client.recv(16384)
        if not chunk: break
        received += len(chunk)
        if received < 8000000: time.sleep(0.003)
    print(received, "whole" if received > ${64 * MIB} else "short")
except ssl.SSLEOFError:
    print(received, "no close_notify")`,
      );
      assert.match(client, /whole/);
    });
  },
);

test(
  "a client that ends without TLS's word of it gets the answer it waits for, and others are served",
  { timeout: TIMEOUT_MS },
  async () => {
    await serving([], async (server) => {
      // A deviation: Deno's node:tls (2.9.6) above a stream has no word of the end for a client that has ended.
      const answersEnd = runtimeName() !== "deno";
      const behind = [["", ""], ["GET /second HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n", "HTTP/1.1 200 OK"], [
        "GET /cut HTTP/1.1\\r\\n",
        "HTTP/1.1 400 Bad Request",
      ]];
      for (const [request, answer] of behind) {
        const ended = await output("python3", [
          "-c",
          `import socket, ssl
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
client = context.wrap_socket(socket.create_connection(("127.0.0.1", ${server.port})), suppress_ragged_eofs=${answersEnd ? "False" : "True"})
client.settimeout(10)
client.sendall(b"GET /first HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
assert b"/first" in client.recv(1000)
client.sendall(b"${request}")
socket.socket.shutdown(client, socket.SHUT_WR)
received = b""
while True:
    chunk = client.recv(1000)
    if not chunk: break
    received += chunk
print("ended", received.split(b"\\r\\n")[0].decode())`,
        ]);
        // Without the server's own word of the end, recv() would have thrown.
        assert.equal(ended, `ended ${answer}\n`);
      }
      assert.match(await curl(server, "/still"), /\/still/);
      assert.doesNotMatch(server.cli.stderr, /exception|error/i);
    });
  },
);

for (const [what, serve] of BOTH) {
  test(`plain HTTP on a port of TLS: an upload gets its 400 and no reset, 20 times of 20${what}`, { timeout: TIMEOUT_MS }, async () => {
    await serve([], async ({ port }) => {
      const body = new Uint8Array(3 * MIB);
      for (let round = 1; round <= 20; round++) {
        const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port });
        client.send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
        client.send(body);
        client.end();
        await until(() => client.closed);
        assert.equal(client.errorCode, null, `round ${round}`);
        assert.ok(client.accepted > body.length, `round ${round}: ${client.accepted} bytes were taken`);
        assert.match(client.text, /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\nthis port speaks HTTPS/);
      }
    });
  });
}

for (const [what, serve] of BOTH) {
  test(`what is no ClientHello ends its connection, and is nobody's exception${what}`, { timeout: TIMEOUT_MS }, async () => {
    await serve([], async (server) => {
      for (const length of ["00001c", "7fffff"]) {
        for (let round = 1; round <= 20; round++) {
          const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port: server.port });
          client.send(Buffer.from(`160301002001${length}${"99".repeat(28)}`, "hex"));
          await until(() => client.ended || client.closed);
          client.destroy();
        }
      }
      assert.match(await curl(server, "/still"), /\/still/);
      assert.doesNotMatch(server.cli.stderr, /exception|error/i);
    });
  });
}

test("a record that is none, after the handshake, ends its connection and nothing else", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    for (const version of ["TLSv1_2", "TLSv1_3"]) {
      const ended = await output("python3", [
        "-c",
        `import os, socket, ssl
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.minimum_version = context.maximum_version = ssl.TLSVersion.${version}
raw = socket.create_connection(("127.0.0.1", ${server.port}))
raw.settimeout(10)
raw = socket.socket(fileno=context.wrap_socket(raw).detach())
raw.settimeout(10)
raw.sendall(bytes.fromhex("1703030040") + os.urandom(64))
try:
    while raw.recv(1000): pass
    print("ended")
except ConnectionResetError:
    print("ended")`,
      ]);
      assert.equal(ended, "ended\n", version);
    }
    assert.match(await curl(server, "/still"), /\/still/);
    assert.doesNotMatch(server.cli.stderr, /exception|error/i);
  });
});

test("a second handshake on one connection is refused", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async (server) => {
    const said = await output("sh", [
      "-c",
      `(sleep 0.3; for i in 1 2 3 4 5; do echo R; sleep 0.1; done) | openssl s_client -tls1_2 -connect 127.0.0.1:${server.port} 2>&1`,
    ]);
    assert.equal(said.match(/verify error:num/g)?.length, 1);
    assert.match(await curl(server, "/still"), /\/still/);
  });
});

test("a target of http on a connection over TLS: 421; one of https is served", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async ({ port }) => {
    for (const [scheme, status] of [["http", 421], ["https", 200]] as const) {
      const client = await RawClient.connectTls({ transport: "tcp", hostname: "127.0.0.1", port });
      client.send(`GET ${scheme}://shop.example/x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`);
      await until(() => client.ended || client.closed);
      assert.match(client.text, new RegExp(`^HTTP/1\\.1 ${status} `));
      client.destroy();
    }
  });
});

test("a client that speaks HTTP/1.0 alone is served", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async ({ port, cert }) => {
    const url = `https://localhost:${port}/old`;
    assert.equal(await output("curl", ["-sS", "--http1.0", "--cacert", cert, url]), `${url}\n`);
  });
});

test("wrong options are told, with the fix", { timeout: TIMEOUT_MS }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  after(() => rmSync(folder, { recursive: true }));
  const [one, other] = [createIdentity(), createIdentity()];
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [cert, key, otherKey] = [file("cert.pem", one.cert), file("key.pem", one.key), file("other.pem", other.key)];
  const https = ["--https", "127.0.0.1:0"];
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [https, /--https: no --cert; give it a file in PEM/],
    [[...https, "--cert", cert], /--https: no --key; give it a file in PEM/],
    [["--cert", cert, "--key", key], /--cert .*: no listener speaks TLS; give --https an address/],
    [[...https, "--cert", join(folder, "none.pem"), "--key", key], /--cert .*none\.pem: .*(ENOENT|No such file)/],
    [[...https, "--cert", cert, "--cert", cert, "--key", key], /2 --cert and 1 --key: give each certificate its key, in the same order/],
    [[...https, "--cert", cert, "--key", otherKey], /the key is another one than the certificate's/],
    [[...https, "--cert", key, "--key", key], /no certificate in PEM is in it/],
    [[...https, "--cert", cert, "--key", cert], /no private key in PEM is in it/],
    [["--https", "unix:/tmp/none.sock", "--cert", cert, "--key", key], /TLS is spoken over TCP alone/],
  ];
  for (const [args, message] of wrong) {
    const cli = new CliProcess(["serve", appFile(APP), ...args]);
    const { code } = await cli.exit;
    assert.match(cli.stderr, message);
    assert.notEqual(code, 0);
  }
});

test("a certificate that ends within two weeks is warned of", { timeout: TIMEOUT_MS }, async () => {
  await serving([], async ({ cli, replace }) => {
    replace(createIdentity("ending", 3));
    process.kill(cli.pid, "SIGHUP");
    await cli.untilStderr(
      /WARNING.*the certificate of .*localhost.* is valid until \d{4}-\d\d-\d\d: clients will refuse it then; renew it, and send SIGHUP/,
    );
  });
});

for (const [what, serve] of BOTH) {
  test(
    `past --connections, who shakes no hands is gone by --handshake-timeout, and not by --write-timeout${what}`,
    { timeout: TIMEOUT_MS },
    async () => {
      await serve(["--connections", "1", "--handshake-timeout", "1s", "--write-timeout", "60s"], async ({ port }) => {
        const holder = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
        holder.on("error", () => {});
        await new Promise((resolve) => holder.once("secureConnect", resolve));
        holder.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf");
        await pause(500);
        const silent = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port });
        await until(() => silent.ended || silent.closed, 30_000);
        silent.destroy();
        holder.destroy();
      });
    },
  );
}
