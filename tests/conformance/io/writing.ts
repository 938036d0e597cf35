import assert from "node:assert/strict";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import type { IoCase } from "./harness.ts";
import { pattern } from "./harness.ts";

/** More than the kernel's buffers between two ends take, so that a part of it waits in the socket. */
const TOO_MUCH = 24 * 1024 * 1024;

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** Order, partial writes, the high-water mark, `unsent`, `drain`, `cork`. */
export const writingCases: readonly IoCase[] = [
  {
    name: "write() keeps strings and bytes in order",
    unix: true,
    async run(context) {
      const { socket, peer } = await context.open();
      for (const word of ["one", " ", "two", " three", " four"]) socket.write(word.length % 2 ? word : bytesOf(word));
      await context.until(() => peer.text === "one two three four", "all words, in order");
    },
  },
  {
    name: "write() sends each unit of a string as one byte",
    async run(context) {
      const { socket, peer } = await context.open();
      const all = Array.from({ length: 256 }, (_, unit) => String.fromCharCode(unit)).join("");
      socket.write(all);
      await context.until(() => peer.received >= 256, "256 bytes");
      assert.equal(peer.text, all);
    },
  },
  {
    name: "write() of an empty chunk does nothing",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      assert.equal(socket.write(""), true);
      assert.equal(socket.write(new Uint8Array(0)), true);
      assert.equal(socket.unsent, 0);
      socket.write("x");
      await context.until(() => peer.text === "x", "the byte after it");
      assert.deepEqual(recorder.events, []);
    },
  },
  {
    name: "write() of one large chunk arrives whole at a slow reader",
    unix: true,
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      const sent = pattern(TOO_MUCH);
      assert.equal(socket.write(sent.slice()), false);
      await context.settled(() => socket.unsent);
      assert.ok(socket.unsent > HIGH_WATER_MARK);
      peer.resume();
      await context.until(() => peer.received >= TOO_MUCH, "every byte");
      assert.ok(Buffer.from(sent).equals(peer.bytes));
    },
  },
  {
    name: "write() of a large string arrives whole at a slow reader",
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      const sent = Buffer.from(pattern(TOO_MUCH)).toString("latin1");
      assert.equal(socket.write(sent), false);
      await context.settled(() => socket.unsent);
      peer.resume();
      await context.until(() => peer.received >= TOO_MUCH, "every byte");
      assert.ok(peer.text === sent);
    },
  },
  {
    name: "write() keeps order over many partial writes",
    unix: true,
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      const sent: Uint8Array[] = [];
      for (let index = 0; index < 400; index++) {
        const chunk = pattern(1 + (index * 7919) % 60_000, index);
        sent.push(chunk.slice());
        if (index % 10 === 0) socket.cork();
        socket.write(index % 3 === 0 ? Buffer.from(chunk).toString("latin1") : chunk);
        if (index % 10 === 4) socket.uncork();
        if (index % 50 === 49) {
          peer.resume();
          await context.harness.turn();
          peer.pause();
        }
      }
      peer.resume();
      const all = Buffer.concat(sent);
      await context.until(() => peer.received >= all.length, "every byte");
      assert.ok(all.equals(peer.bytes));
    },
  },
  {
    name: "write() returns false once unsent is past the high-water mark, and accepts the chunk all the same",
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      let written = 0;
      for (let index = 0; index < 2048; index++) {
        const more = socket.write(new Uint8Array(16_384));
        written += 16_384;
        assert.equal(more, socket.unsent <= HIGH_WATER_MARK);
        assert.ok(socket.unsent <= written);
        if (!more && index % 2 === 1) break;
        if (index % 16 === 0) await context.harness.turn();
      }
      assert.ok(socket.unsent > HIGH_WATER_MARK);
      peer.resume();
      await context.until(() => peer.received === written, "every byte");
    },
  },
  {
    name: "unsent falls while one large chunk leaves",
    async run(context) {
      const { socket, peer } = await context.open();
      peer.pause();
      socket.write(new Uint8Array(TOO_MUCH));
      const first = await context.settled(() => socket.unsent);
      assert.ok(first > 0 && first < TOO_MUCH, `the kernel took a part: ${first} are left`);
      peer.resume();
      await context.until(() => peer.received > TOO_MUCH / 2, "half of it");
      await context.until(() => socket.unsent < first - TOO_MUCH / 8, "unsent tells of it");
      await context.until(() => socket.unsent === 0, "all of it");
    },
  },
  {
    name: "drain() comes once after a write that returned false, when unsent is 0",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.pause();
      let unsent = -1;
      recorder.onDrain = () => unsent = socket.unsent;
      // So much in one chunk that it cannot drain at once, also where the kernel's count comes a microtask after the write (Deno).
      assert.equal(socket.write(new Uint8Array(TOO_MUCH)), false);
      socket.write("more");
      await context.quiet();
      assert.deepEqual(recorder.events, []);
      peer.resume();
      await context.until(() => recorder.events.length > 0, "a drain");
      await context.quiet();
      assert.deepEqual(recorder.events, ["drain"]);
      assert.equal(unsent, 0);
    },
  },
  {
    name: "drain() does not come without a write that returned false",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      for (let index = 0; index < 50; index++) {
        assert.equal(socket.write("x".repeat(100)), true);
        await context.harness.turn();
      }
      await context.until(() => peer.received === 5000, "every byte");
      assert.deepEqual(recorder.events, []);
    },
  },
  {
    name: "drain() is not called from within write()",
    async run(context) {
      const { socket, recorder } = await context.open();
      let inside = true;
      let drained = false;
      recorder.onDrain = () => {
        assert.equal(inside, false);
        drained = true;
      };
      const more = socket.write(new Uint8Array(HIGH_WATER_MARK * 4));
      inside = false;
      // A kernel that takes it all at once leaves nothing to wait for.
      if (!more) await context.until(() => drained, "drain");
    },
  },
  {
    name: "drain() may write on: a pump that heeds it sends all",
    unix: true,
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      let left = 300;
      let most = 0;
      const pump = () => {
        while (left > 0) {
          left--;
          const more = socket.write(pattern(65_536, left));
          most = Math.max(most, socket.unsent);
          if (!more) return;
        }
      };
      recorder.onDrain = pump;
      peer.pause();
      pump();
      await context.quiet();
      peer.resume();
      await context.until(() => peer.received === 300 * 65_536, "every byte");
      assert.ok(most <= HIGH_WATER_MARK + 65_536, `unsent stayed bounded: ${most}`);
    },
  },
  {
    name: "cork() holds writes back until uncork()",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.cork();
      socket.write("held");
      await context.quiet();
      assert.equal(peer.received, 0);
      assert.equal(socket.unsent, 4);
      socket.uncork();
      await context.until(() => peer.text === "held", "what was held");
      // Deno's count comes with the end of its write, which the peer may be ahead of.
      await context.until(() => socket.unsent === 0, "unsent tells of it");
    },
  },
  {
    name: "uncork() sends what was held back in one piece",
    unix: true,
    async run(context) {
      const { socket, peer } = await context.open();
      socket.cork();
      for (let index = 0; index < 20; index++) {
        socket.write(`answer ${index}\r\n`);
        if (index % 5 === 0) socket.write(bytesOf("bytes\r\n"));
      }
      socket.uncork();
      await context.until(() => peer.text.endsWith("answer 19\r\n"), "the last answer");
      assert.equal(peer.pieces, 1);
      socket.cork();
      socket.write("only ");
      socket.write("strings");
      socket.uncork();
      await context.until(() => peer.text.endsWith("only strings"), "the next answers");
      assert.equal(peer.pieces, 2);
    },
  },
  {
    name: "uncork() does nothing on a socket that is not corked; cork() does not nest",
    async run(context) {
      const { socket, peer } = await context.open();
      socket.uncork();
      socket.cork();
      socket.cork();
      socket.write("x");
      socket.uncork();
      await context.until(() => peer.text === "x", "one uncork was enough");
    },
  },
  {
    name: "write() past the high-water mark while corked returns false, and drain() follows uncork()",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      socket.cork();
      assert.equal(socket.write(new Uint8Array(HIGH_WATER_MARK)), true);
      assert.equal(socket.write("x"), false);
      assert.equal(socket.unsent, HIGH_WATER_MARK + 1);
      await context.quiet();
      assert.equal(peer.received, 0);
      socket.uncork();
      await context.until(() => recorder.events.includes("drain"), "drain");
      await context.until(() => peer.received === HIGH_WATER_MARK + 1, "every byte");
    },
  },
  {
    name: "write() within data() echoes a lot, in order",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      recorder.onData = (chunk) => socket.write(new Uint8Array(chunk));
      const sent = pattern(4_000_000);
      peer.send(sent);
      await context.until(() => peer.received === sent.length, "every byte");
      assert.ok(Buffer.from(sent).equals(peer.bytes));
    },
  },
];
