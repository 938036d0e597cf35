import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BrokenError, connect, type ConnectLimits, type Stream } from "../../mod.ts";
import { createIdentity } from "../support/certificate.ts";
import { withPeer } from "../support/echo_peer.ts";
import { runtimeName } from "../support/runtime.ts";
import { pause, until, withServer } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";

const PEER = fileURLToPath(new URL("./fixtures/tls_peer.py", import.meta.url));
const LIMIT = { timeout: 60_000 };
const identity = createIdentity();

/** Limits of a connection whose peer does as this protocol says. */
function asking(protocol: string, limits: ConnectLimits = {}): ConnectLimits {
  return { timeoutMs: 20_000, tls: { ca: identity.cert, protocols: [protocol] }, ...limits };
}

/** What the peer tells of. */
type Told = Readonly<Record<string, unknown>> & { readonly event: string };

/** Runs `use` with a peer that speaks TLS, in a process of its own: the runtimes' own servers of TLS have limits of their own. */
async function withTlsPeer(use: (address: string, told: readonly Told[]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(cert, identity.cert);
  writeFileSync(key, identity.key);
  const peer = spawn("python3", [PEER, cert, key], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const told: Told[] = [];
  createInterface(peer.stdout).on("line", (line) => void (line.startsWith("{") ? told.push(JSON.parse(line)) : lines.push(line)));
  try {
    await until(() => lines.length > 0);
    await use(`127.0.0.1:${lines[0]}`, told);
  } finally {
    peer.kill();
    rmSync(folder, { recursive: true });
  }
}

const isTold = (told: readonly Told[], event: string) => told.some((each) => each.event === event);

async function readExactly(stream: Stream, total: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes < total;) {
    const chunk = await stream.read();
    if (chunk === null) throw new Error(`the end came after ${bytes} bytes`);
    bytes += chunk.length;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

test("connect() over TLS: 4 MB to an echo and back, then its end", LIMIT, async () => {
  await withTlsPeer(async (address) => {
    const stream = await connect(address, { ...asking("echo"), tls: { ca: identity.cert, protocols: ["other", "echo"] } });
    assert.equal(stream.tls?.protocol, "echo");
    const sent = new Uint8Array(4_000_000).map((_, at) => at * 31 + (at >> 8));
    const back = readExactly(stream, sent.length);
    for (let at = 0; at < sent.length; at += 100_000) await stream.write(sent.subarray(at, at + 100_000));
    assert.ok(Buffer.from(sent).equals(await back), "what came back is what was sent");
    stream.end();
    assert.equal(await stream.read(), null);
  });
});

test("connectSync() speaks TLS, and refuses who the certificate is not for", LIMIT, async () => {
  const module = new URL(`./fixtures/worker_app.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);
  await withTlsPeer(async (address) => {
    await withServer({ module, async: 1 }, async ({ url }) => {
      const body = JSON.stringify([address, identity.cert]);
      const [tls, echoed, refused] = await (await fetch(new URL("/connectSync/tls", url), { method: "POST", body })).json();
      assert.deepEqual([tls.protocol, echoed], ["echo", "hello"]);
      assert.match(refused, /^BrokenError: /);
    });
  });
});

test("connect() over TLS asks for a server name, and holds the certificate against it", LIMIT, async () => {
  await withTlsPeer(async (address, told) => {
    const named = await connect(address, { tls: { ca: identity.cert, serverName: "localhost", protocols: ["hello"] } });
    assert.equal(new TextDecoder().decode(await readExactly(named, 5)), "hello");
    assert.equal(await named.read(), null);
    assert.deepEqual(told[0], { event: "open", name: "localhost" });
    named.close();
    const byAddress = await connect(address, asking("hello"));
    assert.equal(new TextDecoder().decode(await readExactly(byAddress, 5)), "hello");
    byAddress.close();
    const wrong = connect(address, { tls: { ca: identity.cert, serverName: "example.org" } });
    await assert.rejects(wrong, (error: unknown) => {
      assert.ok(error instanceof BrokenError);
      assert.match(error.message, new RegExp(`^connect to ${address}: .*(example\\.org|altnames|Hostname|name)`, "i"));
      return true;
    });
    await assert.rejects(connect(address, { tls: true }), (error: unknown) => {
      assert.ok(error instanceof BrokenError);
      assert.match(error.message, /^connect to 127\.0\.0\.1:\d+: .*(certificate|self.signed|issuer)/i);
      return true;
    });
  });
});

test("connect() over TLS to what speaks none, ends, or says nothing is a BrokenError, and the connection is gone", LIMIT, async () => {
  const peers: readonly (readonly [serve: (socket: net.Socket) => void, limits: ConnectLimits, message: RegExp])[] = [
    [(socket) => socket.write("220 mail.example.org\r\n"), asking("echo"), /^connect to 127\.0\.0\.1:\d+: ./],
    [(socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), asking("echo"), /^connect to 127\.0\.0\.1:\d+: ./],
    [(socket) => socket.end(), asking("echo"), /^connect to 127\.0\.0\.1:\d+: ./],
    [(socket) => socket.resetAndDestroy(), asking("echo"), /^connect to 127\.0\.0\.1:\d+: ./],
    [(socket) => socket.resume(), asking("echo", { timeoutMs: 300 }), /^connect to 127\.0\.0\.1:\d+: no answer within 300 ms$/],
  ];
  for (const [serve, limits, message] of peers) {
    const serveOn = (socket: net.Socket) => {
      socket.on("end", () => socket.end()).resume();
      serve(socket);
    };
    await withPeer(serveOn, async (peer) => {
      await assert.rejects(connect(peer.name, limits), (error: unknown) => {
        assert.ok(error instanceof BrokenError, String(error));
        assert.match(error.message, message);
        return true;
      });
      await until(() => peer.connections.length === 1 && peer.connections[0]!.closed);
    });
  }
});

test("connect() over TLS with a signal: aborted in the handshake and after it, with its reason", LIMIT, async () => {
  await withPeer((socket) => socket.on("end", () => socket.end()).resume(), async (peer) => {
    const off = new AbortController();
    const stream = connect(peer.name, asking("echo", { signal: off.signal }));
    await until(() => peer.connections.length === 1);
    off.abort(new Error("not any more"));
    await assert.rejects(stream, /^Error: not any more$/);
    await until(() => peer.connections[0]!.closed);
  });
  await withTlsPeer(async (address, told) => {
    const off = new AbortController();
    const stream = await connect(address, asking("echo", { signal: off.signal }));
    const read = stream.read();
    off.abort(new Error("not any more"));
    await assert.rejects(read, /^Error: not any more$/);
    await until(() => isTold(told, "closed"));
  });
});

const LARGE = 64 * 1024 * 1024;

test("connect() over TLS holds back a peer that nobody reads: the kernels' buffers are full, and ours is bounded", LIMIT, async () => {
  await withTlsPeer(async (address, told) => {
    const stream = await connect(address, asking("flood"));
    await until(() => isTold(told, "full"));
    const { sent } = told.find(({ event }) => event === "full")!;
    assert.ok(Number(sent) < LARGE, `${sent} bytes were sent`);
    assert.ok(stream.buffered <= 256 * 1024, `${stream.buffered} bytes are held`);
    stream.abort();
    await until(() => isTold(told, "closed"));
  });
});

test("connect() over TLS holds back a writer whose peer does not read", LIMIT, async () => {
  await withTlsPeer(async (address) => {
    const stream = await connect(address, asking("deaf"));
    let written = 0;
    const writing = (async () => {
      for (; written < LARGE; written += 65_536) await stream.write(new Uint8Array(65_536));
    })();
    for (let before = -1; before !== written;) {
      before = written;
      await pause(500);
    }
    assert.ok(written < LARGE, `${written} bytes were taken`);
    // It cannot be reset: its end is behind what its peer does not read.
    stream.abort();
    await assert.rejects(writing);
  });
});

test("connect() over TLS to a Unix socket is a TypeError", async () => {
  await assert.rejects(connect("unix:/none", { tls: true }), /^TypeError: connect to unix:\/none: TLS is spoken over TCP alone$/);
});

test(
  "connect() over TLS with protocols that are none is a TypeError, and with certificates that are none leaves no connection",
  LIMIT,
  async () => {
    for (const protocol of ["", "x".repeat(256)]) {
      await assert.rejects(connect("127.0.0.1:9", asking(protocol)), /^TypeError: connect to 127\.0\.0\.1:9: a protocol/);
    }
    await withPeer((socket) => socket.on("end", () => socket.end()).resume(), async (peer) => {
      const wrong = 7 as unknown as string;
      await assert.rejects(connect(peer.name, { timeoutMs: 20_000, tls: { ca: wrong } }), BrokenError);
      await until(() => peer.connections.every(({ closed }) => closed));
    });
  },
);

/** A port whose queue of connections is full: the kernel answers no more. */
const FULL_PORT = `
import socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
waiting = [socket.socket() for _ in range(4)]
for client in waiting:
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
`;

const cannotEnd = runtimeName() === "bun" ? "deviation: Bun cannot end an attempt to connect" : null;

testUnless(cannotEnd, "connect() past its time, and one whose signal aborts, leave no descriptor behind", async () => {
  const full = spawn("python3", ["-c", FULL_PORT], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [line] = await once(full.stdout, "data");
    const address = `127.0.0.1:${String(line).trim()}`;
    const sockets = () => readdirSync("/proc/self/fd").length;
    await assert.rejects(connect(address, { timeoutMs: 50 }), BrokenError);
    const before = sockets();
    const reason = new Error("not any more");
    await Promise.all(Array.from({ length: 20 }, (_, at) => {
      const limits = at % 2 === 0 ? { timeoutMs: 200 } : { signal: AbortSignal.timeout(200) };
      return assert.rejects(connect(address, limits));
    }));
    await assert.rejects(connect(address, { signal: AbortSignal.abort(reason) }), reason);
    await until(() => sockets() <= before);
  } finally {
    full.kill();
  }
}, LIMIT.timeout);
