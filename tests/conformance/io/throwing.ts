import assert from "node:assert/strict";
import { thrownLater } from "../../support/thrown_later.ts";
import type { IoCase, Recorder } from "./harness.ts";
import { hook } from "./harness.ts";

/** A handler never throws; one that does loses its connection only, and is heard of. */
export const throwingCases: readonly IoCase[] = [
  {
    name: "a throw within accept() aborts the socket, and comes out of a task of its own",
    async run(context) {
      const bug = new Error("a bug in accept()");
      const thrown = await thrownLater(async () => {
        const recorders: Recorder[] = [];
        const listener = await context.listen(context.listenOptions, (socket) => {
          recorders.push(context.record(socket));
          throw bug;
        });
        // The reset may be there before the peer's runtime has seen its connection.
        await context.peer(listener.address).catch(() => {});
        await context.until(() => recorders[0]?.closed === true, "close");
        assert.equal(recorders[0]?.error, null);
      });
      assert.deepEqual(thrown, [bug]);
    },
  },
  ...(["data", "drain", "end", "close"] as const).map((event): IoCase => ({
    name: `a throw within ${event}() aborts the socket, and comes out of a task of its own`,
    async run(context) {
      const bug = new Error(`a bug in ${event}()`);
      const thrown = await thrownLater(async () => {
        const { socket, recorder, peer } = await context.open((_socket, recorder) =>
          hook(recorder, event, () => {
            throw bug;
          })
        );
        if (event === "drain") {
          socket.cork();
          socket.write(new Uint8Array(100_000));
          socket.uncork();
        } else {
          peer.send("x");
          peer.end();
        }
        if (event === "close") socket.end();
        await context.until(() => recorder.closed, "close");
        await context.until(() => peer.closed || peer.ended, "the peer hears of it");
        assert.equal(recorder.error, null);
      });
      assert.deepEqual(thrown, [bug]);
    },
  })),
];
