import assert from "node:assert/strict";
import type { IoCase } from "./harness.ts";
import { pattern, Recorder } from "./harness.ts";

/** Far more than the kernel's buffers between two ends (about 10 MB on Linux). */
const FLOOD = 64 * 1024 * 1024;

/** Order, `pause` and `resume`, the handler and its swap. */
export const readingCases: readonly IoCase[] = [
  {
    name: "data() gets every byte in order",
    unix: true,
    async run(context) {
      const { peer, recorder } = await context.open();
      const sent = pattern(8_000_000);
      peer.send(sent);
      await context.until(() => recorder.received === sent.length, "every byte");
      assert.ok(Buffer.concat(recorder.chunks).equals(sent));
    },
  },
  {
    name: "data() chunks are plain bytes: slice() copies",
    async run(context) {
      const { peer, recorder } = await context.open();
      const kinds = new Set<unknown>();
      recorder.onData = (chunk) => kinds.add(Object.getPrototypeOf(chunk));
      peer.send("x");
      await context.until(() => recorder.received === 1, "a byte");
      assert.deepEqual([...kinds], [Uint8Array.prototype]);
    },
  },
  {
    name: "pause() closes the peer's window: it stops, and all arrives after resume()",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open((socket) => socket.pause());
      recorder.forgetful = true;
      let chunks = 0;
      recorder.onData = () => chunks++;
      peer.send(new Uint8Array(FLOOD));
      const accepted = await context.settled(() => peer.accepted);
      assert.ok(accepted < FLOOD / 2, `the peer was stopped: ${accepted} bytes left it`);
      assert.ok(chunks <= 1, `${chunks} chunks came to a paused socket`);
      recorder.onData = null;
      socket.resume();
      await context.until(() => recorder.received === FLOOD, "every byte");
    },
  },
  {
    name: "pause() within data() stops after at most one more chunk",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      let chunks = 0;
      recorder.onData = () => {
        chunks++;
        socket.pause();
      };
      peer.send(pattern(4_000_000));
      await context.until(() => chunks > 0, "a chunk");
      await context.quiet();
      assert.ok(chunks <= 2, `${chunks} chunks came`);
    },
  },
  {
    name: "pause() and resume() time and again lose nothing",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      recorder.onData = () => socket.pause();
      const sent = pattern(2_000_000);
      peer.send(sent);
      peer.end();
      await context.until(
        () => {
          socket.resume();
          return recorder.ended;
        },
        "the end",
      );
      assert.ok(Buffer.concat(recorder.chunks).equals(sent));
    },
  },
  {
    name: "pause() then resume() in one task goes on reading",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      socket.pause();
      socket.resume();
      socket.resume();
      peer.send("a");
      await context.until(() => recorder.text === "a", "the byte");
      socket.resume();
      socket.pause();
      await context.quiet();
      peer.send("b");
      await context.quiet();
      socket.resume();
      await context.until(() => recorder.text === "ab", "the byte after it");
    },
  },
  {
    name: "pause() does not hold writes back",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.pause();
      socket.write("x");
      await context.until(() => peer.text === "x", "the byte");
    },
  },
  {
    name: "handler may be swapped within data(): what follows goes to the new one",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      const second = new Recorder();
      recorder.onData = () => context.record(socket, second);
      peer.send("first");
      await context.until(() => recorder.text === "first", "the first bytes");
      peer.send("second");
      peer.end();
      await context.until(() => second.ended, "the end");
      socket.end();
      await context.until(() => second.closed, "close");
      assert.deepEqual(recorder.events, ["data"]);
      assert.equal(second.text, "second");
      assert.deepEqual(second.events, ["data", "end", "close"]);
    },
  },
  {
    name: "accept sets the handler: bytes that were there before come after it",
    async run(context) {
      const { peer, recorder } = await context.open((_socket, recorder) => assert.deepEqual(recorder.events, []));
      peer.send("early");
      await context.until(() => recorder.text === "early", "the bytes");
    },
  },
  {
    name: "end() comes after the last byte, once",
    unix: true,
    async run(context) {
      const { peer, recorder } = await context.open();
      peer.send(pattern(300_000));
      peer.end();
      await context.until(() => recorder.ended, "the end");
      assert.equal(recorder.received, 300_000);
      await context.quiet();
      assert.deepEqual(recorder.events, ["data", "end"]);
    },
  },
  {
    name: "end() waits for resume() on a paused socket with bytes unread",
    async run(context) {
      const { socket, peer, recorder } = await context.open((socket) => socket.pause());
      peer.send(pattern(500_000));
      peer.end();
      await context.quiet();
      assert.ok(!recorder.ended);
      socket.resume();
      await context.until(() => recorder.ended, "the end");
      assert.equal(recorder.received, 500_000);
    },
  },
];
