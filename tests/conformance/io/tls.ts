import assert from "node:assert/strict";
import net from "node:net";
import tls from "node:tls";
import type { Socket } from "../../../src/contract/socket.ts";
import { BrokenError } from "../../../src/errors.ts";
import { createIdentity } from "../../support/certificate.ts";
import { RawClient } from "../../support/raw_client.ts";
import { echo, type IoCase, LOOPBACK, portOf, Recorder } from "./harness.ts";

/** The common name in the certificate that a new connection is shown. */
function nameAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", rejectUnauthorized: false });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      resolve(String(subject.CN));
    });
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
      await listener.renew(createIdentity("renewed"));
      assert.equal(await nameAt(port), "renewed");
      await listener.renew(createIdentity("again"));
      assert.equal(await nameAt(port), "again");
      old.send("still here");
      await context.until(() => old.text === "still here", "an echo on the old connection");
    },
  },
  {
    name: "renew() with what is no certificate is a BrokenError, and the old one stays",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const { cert } = createIdentity("other");
      for (const wrong of [{ cert: "none", key: "none" }, { cert, key: createIdentity().key }]) {
        await assert.rejects(listener.renew(wrong), BrokenError);
      }
      assert.equal(await nameAt(portOf(listener)), "localhost");
    },
  },
  {
    name: "renew() of a listener without TLS is a TypeError",
    async run(context) {
      const listener = await context.engine.listen(LOOPBACK, (socket) => socket.abort());
      try {
        await assert.rejects(listener.renew(createIdentity()), TypeError);
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
      for (const bytes of ["\x16\x03\x01\x00\x05hello", "\x00\x01\x02", "\x16\x03\x01\x40\x01"]) {
        const socket = net.connect({ host: "127.0.0.1", port });
        socket.on("error", () => {});
        socket.end(bytes, "latin1");
      }
      await context.until(() => accepted.length === 3 && accepted.every(([, { closed }]) => closed), "close of each");
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
