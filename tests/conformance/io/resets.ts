import assert from "node:assert/strict";
import { BrokenError } from "../../../src/errors.ts";
import type { Connection, IoCase, IoContext } from "./harness.ts";

/** A state a connection may be in when its peer resets it. */
interface ResetState {
  readonly name: string;
  prepare(connection: Connection, context: IoContext): Promise<void>;
  /** No runtime tells of a reset in this state by itself: the next use does. */
  readonly shownBy?: (connection: Connection) => void;
}

const STATES: readonly ResetState[] = [
  { name: "before any data", prepare: () => Promise.resolve() },
  {
    name: "after data both ways",
    async prepare({ socket, peer, recorder }, context) {
      peer.send("question");
      await context.until(() => recorder.received === 8, "a question");
      socket.write("answer");
      await context.until(() => peer.received === 6, "an answer");
    },
  },
  {
    name: "while paused",
    async prepare({ socket, peer }, context) {
      socket.pause();
      peer.send("unread");
      await context.quiet();
    },
    shownBy: ({ socket }) => socket.resume(),
  },
  {
    name: "while paused, shown by a write",
    async prepare({ socket }, context) {
      socket.pause();
      await context.quiet();
    },
    // The first write meets the reset; a runtime that answered it with success is found out by the second.
    shownBy: ({ socket }) => socket.write("x"),
  },
  {
    name: "with bytes unsent",
    async prepare({ socket, peer }, context) {
      peer.pause();
      assert.equal(socket.write(new Uint8Array(24 * 1024 * 1024)), false);
      await context.settled(() => socket.unsent);
    },
  },
  {
    name: "with bytes unsent, paused",
    async prepare({ socket, peer }, context) {
      peer.pause();
      socket.pause();
      assert.equal(socket.write(new Uint8Array(24 * 1024 * 1024)), false);
      await context.settled(() => socket.unsent);
    },
  },
  {
    name: "after end()",
    async prepare({ socket, peer }, context) {
      socket.end();
      await context.until(() => peer.ended, "FIN");
    },
  },
  {
    name: "after end() with bytes unsent",
    async prepare({ socket, peer }, context) {
      peer.pause();
      socket.write(new Uint8Array(24 * 1024 * 1024));
      socket.end();
      await context.settled(() => socket.unsent);
    },
  },
  {
    name: "after the peer's own FIN",
    async prepare({ peer, recorder }, context) {
      peer.end();
      await context.until(() => recorder.ended, "FIN");
    },
    shownBy: ({ socket }) => socket.write("x"),
  },
  {
    name: "while corked",
    async prepare({ socket }, context) {
      socket.cork();
      socket.write("held");
      await context.quiet();
    },
    shownBy: ({ socket }) => socket.uncork(),
  },
];

/** A peer's reset in every state: one `close`, with a BrokenError. */
export const resetCases: readonly IoCase[] = [
  ...STATES.map((state): IoCase => ({
    name: `close() has a BrokenError when the peer resets ${state.name}`,
    async run(context) {
      const connection = await context.open();
      const { peer, recorder } = connection;
      await state.prepare(connection, context);
      peer.reset();
      await context.quiet();
      if (state.shownBy !== undefined) {
        await context.until(() => {
          if (!recorder.closed) state.shownBy?.(connection);
          return recorder.closed;
        }, "close");
      }
      await context.until(() => recorder.closed, "close");
      assert.ok(recorder.error instanceof BrokenError, `a BrokenError, not ${recorder.error}`);
      assert.equal(connection.socket.unsent, 0);
    },
  })),
  {
    name: "close() has a BrokenError when the peer goes with bytes unsent",
    unix: "only",
    async run(context) {
      const { socket, peer, recorder } = await context.open();
      peer.pause();
      socket.write(new Uint8Array(24 * 1024 * 1024));
      await context.quiet();
      peer.destroy();
      await context.until(() => recorder.closed, "close");
      assert.ok(recorder.error instanceof BrokenError);
    },
  },
  {
    name: "a reset of one socket leaves the others alone",
    async run(context) {
      const first = await context.open();
      const second = await context.open();
      first.peer.reset();
      await context.until(() => first.recorder.closed, "close");
      second.peer.send("x");
      await context.until(() => second.recorder.text === "x", "a byte on the other");
      assert.ok(!second.recorder.closed);
    },
  },
];
