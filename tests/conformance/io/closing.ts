import assert from "node:assert/strict";
import type { Socket } from "../../../src/contract/socket.ts";
import type { IoCase, Recorder } from "./harness.ts";
import { hook, pattern } from "./harness.ts";

/** Half-closes, FIN against RST, `abort` from everywhere, `close` exactly once. */
export const closingCases: readonly IoCase[] = [
  {
    name: "end() is a half-close: reading goes on",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      socket.write("bye");
      socket.end();
      await context.until(() => peer.ended, "FIN");
      assert.equal(peer.text, "bye");
      peer.send("still here");
      await context.until(() => recorder.text === "still here", "what the peer sends afterwards");
      assert.ok(!recorder.closed);
      peer.end();
      await context.until(() => recorder.closed, "close");
      assert.equal(recorder.error, null);
      assert.deepEqual(recorder.events, ["data", "end", "close"]);
    },
  },
  {
    name: "end() of the peer leaves writing open",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.end();
      await context.until(() => recorder.ended, "FIN");
      await context.quiet();
      assert.ok(!recorder.closed);
      const sent = pattern(3_000_000);
      socket.write(sent.slice());
      socket.end();
      await context.until(() => peer.ended, "FIN of ours");
      assert.ok(Buffer.from(sent).equals(peer.bytes));
      await context.until(() => recorder.closed, "close");
      assert.equal(recorder.error, null);
      assert.equal(peer.errorCode, null);
    },
  },
  // Deno's node:net (2.9.6) fails a write with EPIPE that is under way when FIN arrives, and closes the connection.
  {
    name: "write() at the moment of the peer's FIN arrives whole",
    unix: true,
    async run(context) {
      for (let round = 0; round < 5; round++) {
        const { socket, peer, recorder } = await context.open();
        socket.write(pattern(100_000));
        peer.end();
        await context.until(() => recorder.ended, "FIN");
        socket.end();
        await context.until(() => recorder.closed && peer.ended, "close");
        assert.equal(recorder.error, null);
        assert.equal(peer.received, 100_000);
      }
    },
  },
  {
    name: "end() flushes what is unsent before FIN",
    unix: true,
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      const sent = pattern(12_000_000);
      socket.write(sent.slice());
      socket.end();
      await context.quiet();
      peer.resume();
      await context.until(() => peer.ended, "FIN");
      assert.ok(Buffer.from(sent).equals(peer.bytes));
    },
  },
  {
    name: "end() flushes what is corked before FIN",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.cork();
      socket.write("corked");
      socket.end();
      await context.until(() => peer.ended, "FIN");
      assert.equal(peer.text, "corked");
    },
  },
  {
    name: "write() after end() is ignored",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.write("before");
      socket.end();
      assert.equal(socket.write("after"), true);
      socket.end();
      await context.until(() => peer.ended, "FIN");
      await context.quiet();
      assert.equal(peer.text, "before");
    },
  },
  {
    name: "end() within data() and within end() closes in order",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      recorder.onEnd = () => {
        socket.write("answer");
        socket.end();
      };
      peer.send("question");
      peer.end();
      await context.until(() => recorder.closed, "close");
      await context.until(() => peer.ended, "FIN");
      assert.equal(peer.text, "answer");
      assert.equal(recorder.error, null);
      const again = await context.open();
      again.recorder.onData = () => again.socket.end();
      again.peer.send("question");
      await context.until(() => again.peer.ended, "FIN");
      again.peer.end();
      await context.until(() => again.recorder.closed, "close");
      assert.deepEqual(again.recorder.events, ["data", "end", "close"]);
    },
  },
  {
    name: "end() without an end of the peer's leaves the socket open",
    async run(context) {
      const { socket, recorder } = await context.open();
      socket.end();
      await context.quiet();
      assert.deepEqual(recorder.events, []);
    },
  },
  {
    name: "abort() closes in a later task, without an error",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      socket.abort();
      assert.deepEqual(recorder.events, []);
      await context.until(() => recorder.closed, "close");
      assert.equal(recorder.error, null);
      await context.until(() => peer.closed || peer.ended, "the peer hears of it");
    },
  },
  {
    name: "abort() resets: the peer sees ECONNRESET",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.abort();
      await context.until(() => peer.closed || peer.ended, "the peer hears of it");
      assert.equal(peer.errorCode, "ECONNRESET");
    },
  },
  {
    name: "abort() drops what is unsent",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.pause();
      const size = 24 * 1024 * 1024;
      socket.write(new Uint8Array(size));
      await context.quiet();
      socket.abort();
      assert.equal(socket.unsent, 0);
      await context.until(() => recorder.closed, "close");
      assert.equal(recorder.error, null);
      peer.resume();
      await context.until(() => peer.closed || peer.ended, "the peer hears of it");
      assert.ok(peer.received < size);
      assert.deepEqual(recorder.events, ["close"]);
    },
  },
  ...(["data", "drain", "end", "close"] as const).map((event): IoCase => ({
    name: `abort() within ${event}() ends with one close()`,
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      hook(recorder, event, () => socket.abort());
      if (event === "drain") {
        peer.pause();
        while (socket.write(new Uint8Array(1_000_000)));
        await context.quiet();
        peer.resume();
      }
      peer.send("x");
      if (event !== "drain") peer.end();
      if (event === "close") socket.end();
      await context.until(() => recorder.closed, "close");
      await context.quiet();
      assert.equal(recorder.events.at(-1), "close");
      assert.equal(recorder.error, null);
    },
  })),
  {
    name: "abort() within data(): nothing comes after it but close()",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      recorder.onData = () => socket.abort();
      peer.send(pattern(4_000_000));
      peer.end();
      await context.until(() => recorder.closed, "close");
      assert.deepEqual(recorder.events, ["data", "close"]);
    },
  },
  {
    name: "abort() within accept ends with one close()",
    async run(context) {
      const recorders: Recorder[] = [];
      const listener = await context.listen(context.listenOptions, (socket) => {
        recorders.push(context.record(socket));
        socket.abort();
      });
      // The reset may be there before the peer's runtime has seen its connection.
      await context.peer(listener.address).catch(() => {});
      await context.until(() => recorders[0]?.closed === true, "close");
      assert.equal(recorders[0]?.error, null);
    },
  },
  ...([
    ["after end()", (socket) => socket.end()],
    ["after end() with bytes unsent", (socket) => {
      socket.write(new Uint8Array(24 * 1024 * 1024));
      socket.end();
    }],
    ["while corked", (socket) => {
      socket.cork();
      socket.write("never sent");
    }],
    ["while paused", (socket) => socket.pause()],
    ["twice", (socket) => socket.abort()],
  ] satisfies [string, (socket: Socket) => void][]).flatMap(([state, prepare]) =>
    [true, false].map((soon): IoCase => ({
      name: `abort() ${state}, ${soon ? "in the same task" : "later"}, ends with one close()`,
      unix: true,
      async run(context) {
        const { socket, peer, recorder } = await context.open();
        peer.pause();
        prepare(socket);
        if (!soon) await context.quiet();
        socket.abort();
        await context.until(() => recorder.closed, "close");
        assert.equal(recorder.error, null);
        assert.deepEqual(recorder.events, ["close"]);
      },
    }))
  ),
  {
    // An answer with FIN behind it, to a client that reads late: a reset took the tail from it.
    name: "abort() after our FIN has left takes nothing from the peer",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.pause();
      socket.write(new Uint8Array(30_000));
      socket.end();
      await context.until(() => socket.unsent === 0, "the kernel to take it all");
      await context.quiet();
      socket.abort();
      await context.until(() => recorder.closed, "close");
      peer.resume();
      await context.until(() => peer.ended || peer.closed, "the end");
      assert.equal(peer.received, 30_000);
      assert.equal(peer.errorCode, null);
    },
  },
  ...([["of a few bytes", 30, false], ["of 3 MB", 3_000_000, false], ["of a few bytes, paused", 30, true]] as const).map((
    [what, size, paused],
  ): IoCase => ({
    name: `close() after a write ${what} delivers it, sends FIN, and does not wait for the peer's`,
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      if (paused) socket.pause();
      const sent = pattern(size);
      socket.write(sent.slice());
      socket.close();
      assert.deepEqual(recorder.events, []);
      await context.until(() => recorder.closed && (peer.ended || peer.closed), "close");
      assert.ok(Buffer.from(sent).equals(peer.bytes));
      assert.deepEqual([peer.errorCode, recorder.error], [null, null]);
      assert.deepEqual(recorder.events.filter((event) => event !== "drain"), ["close"]);
    },
  })),
  {
    name: "close() within data() delivers the answer, and nothing comes after it but close()",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      recorder.onData = () => {
        socket.write("bye");
        socket.close();
      };
      peer.send("hello");
      await context.until(() => recorder.closed && (peer.ended || peer.closed), "close");
      assert.deepEqual([peer.text, peer.errorCode, recorder.error, recorder.events], ["bye", null, null, ["data", "close"]]);
    },
  },
  {
    name: "close() after end() waits no longer for the peer's FIN",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      socket.write("bye");
      socket.end();
      await context.until(() => peer.ended, "FIN");
      await context.quiet();
      assert.deepEqual(recorder.events, []);
      socket.close();
      socket.close();
      await context.until(() => recorder.closed, "close");
      assert.deepEqual([peer.text, peer.errorCode, recorder.error, recorder.events], ["bye", null, null, ["close"]]);
    },
  },
  {
    name: "close() of what the peer does not take can be ended by abort()",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.pause();
      const size = 24 * 1024 * 1024;
      socket.write(new Uint8Array(size));
      socket.close();
      await context.quiet();
      assert.ok(socket.unsent > 0);
      assert.deepEqual(recorder.events, []);
      socket.abort();
      await context.until(() => recorder.closed, "close");
      peer.resume();
      await context.until(() => peer.closed || peer.ended, "the peer hears of it");
      assert.ok(peer.received < size);
      assert.deepEqual([recorder.error, recorder.events], [null, ["close"]]);
    },
  },
  {
    name: "methods after close() do nothing",
    unix: true,
    async run(context) {
      const { socket, recorder } = await context.open();
      socket.abort();
      const use = () => {
        assert.equal(socket.write("x"), true);
        assert.equal(socket.write(new Uint8Array(1_000_000)), true);
        socket.cork();
        socket.write("x");
        socket.uncork();
        socket.pause();
        socket.resume();
        socket.end();
        socket.close();
        socket.abort();
        assert.equal(socket.unsent, 0);
      };
      use();
      recorder.onClose = use;
      await context.until(() => recorder.closed, "close");
      use();
      await context.quiet();
      assert.deepEqual(recorder.events, ["close"]);
    },
  },
];
