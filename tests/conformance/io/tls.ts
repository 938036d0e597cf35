import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import type { Socket } from "../../../src/contract/socket.ts";
import { BrokenError } from "../../../src/errors.ts";
import { createIdentity } from "../../support/certificate.ts";
import { RawClient } from "../../support/raw_client.ts";
import { echo, type IoCase, LOOPBACK, portOf, Recorder } from "./harness.ts";

/** The common name in the certificate that a new connection is shown, which agrees on HTTP/1.1. */
function nameAt(port: number, servername = "localhost", version: "TLSv1.2" | "TLSv1.3" = "TLSv1.3"): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { minVersion: version, maxVersion: version, ALPNProtocols: ["http/1.1"], rejectUnauthorized: false };
    const socket = tls.connect({ host: "127.0.0.1", port, servername, ...options });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const { subject } = socket.getPeerCertificate();
      if (socket.alpnProtocol !== "http/1.1") reject(new Error(`agreed on ${socket.alpnProtocol}`));
      socket.destroy();
      resolve(String(subject.CN));
    });
  });
}

/** A connection of openssl's, which says something and waits for the end. @returns Whether it took up its session again, and whose certificate is in it. */
function sessionAt(port: number, servername: string, ...args: readonly string[]): Promise<string> {
  const all = ["s_client", "-connect", `127.0.0.1:${port}`, "-ign_eof", "-servername", servername, ...args];
  return new Promise((resolve) => {
    const child = execFile("openssl", all, { timeout: 20_000 }, (_error, stdout, stderr) => {
      const said = stdout + stderr;
      resolve(`${/^(New|Reused), TLS/m.exec(said)?.[1]} ${/subject=CN = (\S+)/.exec(said)?.[1]}`);
    });
    child.stdin?.end("hello");
  });
}

/** Sends what is no handshake, and gives what comes back. */
function sendPlain(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect({ host: "127.0.0.1", port }, () => socket.write(text));
    socket.on("data", (chunk) => answer += chunk.toString("latin1"));
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

/** What TLS has of its own. */
export const tlsCases: readonly IoCase[] = [
  {
    name: "secured() comes before data, and the socket knows what was agreed on",
    async run(context) {
      const seen: string[] = [];
      const { socket, peer, recorder } = await context.open((socket, recorder) => {
        assert.equal(socket.tls, null);
        socket.handler = {
          secured: () => void seen.push(`secured ${socket.tls?.protocol}`),
          data: (chunk) => {
            seen.push("data");
            recorder.data(chunk);
          },
          drain: () => recorder.drain(),
          end: () => recorder.end(),
          close: (error) => recorder.close(error),
        };
      });
      peer.send("x");
      await context.until(() => recorder.received === 1, "a byte");
      assert.deepEqual(seen, ["secured http/1.1", "data"]);
      assert.equal(socket.tls?.serverName, "localhost");
    },
  },
  {
    name: "write() before the handshake arrives after it",
    async run(context) {
      const { peer } = await context.open((socket) => {
        socket.write("early ");
        socket.write("bird");
      });
      await context.until(() => peer.text === "early bird", "what was written early");
    },
  },
  {
    name: "renew() shows the new certificate to new connections, and open ones live on",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      const old = await context.peer(listener.address);
      assert.equal(await nameAt(port), "localhost");
      await listener.renew([createIdentity("renewed")]);
      assert.equal(await nameAt(port), "renewed");
      await listener.renew([createIdentity("again")]);
      assert.equal(await nameAt(port), "again");
      old.send("still here");
      await context.until(() => old.text === "still here", "an echo on the old connection");
    },
  },
  {
    name: "the server name chooses among several certificates, also after renew()",
    async run(context) {
      const tls = [
        createIdentity("first", 30, "DNS:first.test"),
        createIdentity("star", 30, "DNS:*.star.test,DNS:Other.test"),
        createIdentity("exact", 30, "DNS:a.star.test"),
      ];
      const { listener } = await echo(context, { ...LOOPBACK, tls });
      const port = portOf(listener);
      const chosen = async (version: "TLSv1.2" | "TLSv1.3") => {
        const names = ["first.test", "a.star.test", "B.star.test", "other.test", "star.test", "a.b.star.test", "none.test", ""];
        return await Promise.all(names.map((name) => nameAt(port, name, version)));
      };
      const expected = ["first", "exact", "star", "star", "first", "first", "first", "first"];
      assert.deepEqual(await chosen("TLSv1.3"), expected);
      assert.deepEqual(await chosen("TLSv1.2"), expected);
      await listener.renew([createIdentity("alone")]);
      assert.deepEqual(await chosen("TLSv1.3"), expected.map(() => "alone"));
      await listener.renew([createIdentity("one"), createIdentity("two", 30, "DNS:none.test")]);
      assert.deepEqual(await chosen("TLSv1.3"), ["one", "one", "one", "one", "one", "one", "two", "one"]);
    },
  },
  {
    name: "a session is taken up again for its own server name, and for no other one",
    async run(context) {
      const identities = [createIdentity("one", 30, "DNS:one.test"), createIdentity("two", 30, "DNS:two.test")];
      const listener = await context.listen({ ...LOOPBACK, tls: identities }, (socket) => {
        const recorder = context.record(socket);
        recorder.onData = () => {
          socket.write("answer");
          socket.end();
        };
      });
      const port = portOf(listener);
      const folder = mkdtempSync(join(tmpdir(), "heddle-"));
      try {
        for (const version of ["-tls1_2", "-tls1_3"]) {
          const session = join(folder, version);
          assert.equal(await sessionAt(port, "two.test", version, "-sess_out", session), "New two");
          assert.equal(await sessionAt(port, "two.test", version, "-sess_in", session), "Reused two");
          assert.equal(await sessionAt(port, "one.test", version, "-sess_in", session), "New one");
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  {
    name: "renew() with what is no certificate is a BrokenError, and the old one stays",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const { cert } = createIdentity("other");
      for (const wrong of [{ cert: "none", key: "none" }, { cert, key: createIdentity().key }]) {
        await assert.rejects(listener.renew([wrong]), BrokenError);
      }
      assert.equal(await nameAt(portOf(listener)), "localhost");
    },
  },
  {
    name: "renew() of a listener without TLS is a TypeError",
    async run(context) {
      const listener = await context.engine.listen(LOOPBACK, (socket) => socket.abort());
      try {
        await assert.rejects(listener.renew([createIdentity()]), TypeError);
      } finally {
        await listener.close();
      }
    },
  },
  {
    name: "a handshake that fails ends its connection, and no other one",
    async run(context) {
      const { listener, accepted } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      // By their headers the last ones are ClientHellos: one that is malformed, and one of megabytes.
      const garbage = ["\x00\x00\x1c", "\x7f\xff\xff"].map((length) => `\x16\x03\x01\x00\x20\x01${length}${"garbage".repeat(4)}`);
      const wrong = ["\x16\x03\x01\x00\x05hello", "\x00\x01\x02", "\x16\x03\x01\x40\x01", ...garbage];
      for (const bytes of wrong) {
        const socket = net.connect({ host: "127.0.0.1", port });
        socket.on("error", () => {});
        socket.end(bytes, "latin1");
      }
      await context.until(() => accepted.length === wrong.length && accepted.every(([, { closed }]) => closed), "close of each");
      for (const [, { events, error }] of accepted) {
        assert.deepEqual(events.filter((event) => event === "data"), []);
        assert.ok(error === null || error instanceof BrokenError, String(error));
      }
      const peer = await context.peer(listener.address);
      peer.send("echo");
      await context.until(() => peer.text === "echo", "an echo");
    },
  },
  {
    name: "plain() gives the connection of a client that speaks plain HTTP, both ways",
    async run(context) {
      const above = new Recorder();
      const below = new Recorder();
      const given: Socket[] = [];
      const listener = await context.listen(LOOPBACK, (socket) => {
        socket.handler = {
          plain: (plain) => {
            given.push(plain);
            context.record(plain, below);
            plain.write("answer");
            plain.end();
            plain.resume();
          },
          data: (chunk) => above.data(chunk),
          drain: () => above.drain(),
          end: () => above.end(),
          close: (error) => above.close(error),
        };
      });
      const peer = await RawClient.connect(listener.address);
      try {
        peer.send("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3000000\r\n\r\n");
        await context.until(() => peer.text === "answer" && peer.ended, "an answer and FIN");
        // Each of these would meet a reset, if the connection were not read.
        for (let count = 1; count <= 30; count++) {
          const before = below.received;
          peer.send(new Uint8Array(100_000));
          await context.until(() => below.received >= before + 100_000, `piece ${count}`);
        }
        assert.deepEqual([peer.errorCode, peer.closed, below.events, given[0]!.tls], [null, false, ["data"], null]);
        peer.end();
        await context.until(() => below.closed, "close");
        assert.deepEqual([below.events, below.error, above.events], [["data", "end", "close"], null, []]);
      } finally {
        peer.destroy();
      }
    },
  },
  {
    name: "a client that speaks plain HTTP is aborted where the handler has no plain()",
    async run(context) {
      const { listener, accepted } = await echo(context, LOOPBACK);
      assert.equal(await sendPlain(portOf(listener), "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"), "");
      await context.until(() => accepted.length === 1 && accepted.every(([, { closed }]) => closed), "close");
      assert.deepEqual(accepted.map(([, { events }]) => events.filter((event) => event === "data")), [[]]);
    },
  },
  {
    name: "TLS 1.2 and 1.3 are spoken",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      assert.equal(await versionAt(port, "TLSv1.2"), "TLSv1.2");
      assert.equal(await versionAt(port, "TLSv1.3"), "TLSv1.3");
    },
  },
];

function versionAt(port: number, version: "TLSv1.2" | "TLSv1.3"): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, minVersion: version, maxVersion: version, rejectUnauthorized: false });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
    socket.once("secureConnect", () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
  });
}
