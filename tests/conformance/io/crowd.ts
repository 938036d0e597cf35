import assert from "node:assert/strict";
import { crowdSize } from "../../support/crowd_size.ts";
import type { IoCase, Peer } from "./harness.ts";
import { pattern } from "./harness.ts";

/** How many sockets the big case opens, if the descriptors suffice for both ends. */
const CROWD = 5000;
/** Clients that connect at once: within the backlog of every engine. */
const BATCH = 250;
/** Many sockets at once. */
export const crowdCases: readonly IoCase[] = [
  {
    name: "listen() serves 5,000 sockets open at once, each closed exactly once",
    timeoutMs: 80_000,
    async run(context) {
      const size = await crowdSize(CROWD);
      let closed = 0;
      let failed = 0;
      const listener = await context.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
        const recorder = context.record(socket);
        recorder.onData = (chunk) => socket.write(new Uint8Array(chunk));
        recorder.onEnd = () => socket.end();
        recorder.onClose = () => {
          closed++;
          if (recorder.error !== null) failed++;
        };
      });
      const peers: Peer[] = [];
      while (peers.length < size) {
        const batch = Math.min(BATCH, size - peers.length);
        peers.push(...await Promise.all(Array.from({ length: batch }, () => context.peer(listener.address))));
      }
      peers.forEach((peer, index) => peer.send(`number ${index}`));
      await context.until(() => peers.every((peer, index) => peer.received === `number ${index}`.length), "every echo");
      assert.ok(peers.every((peer, index) => peer.text === `number ${index}`));
      assert.equal(closed, 0);
      for (const peer of peers) peer.end();
      await context.until(() => closed === size && peers.every((peer) => peer.ended), "every close");
      assert.equal(failed, 0);
    },
  },
  {
    name: "sockets used at the same time do not mix",
    async run(context) {
      const listener = await context.listen(context.listenOptions, (socket) => {
        const recorder = context.record(socket);
        recorder.forgetful = true;
        recorder.onData = (chunk) => {
          if (!socket.write(new Uint8Array(chunk))) socket.pause();
        };
        recorder.onDrain = () => socket.resume();
      });
      const peers = await Promise.all(Array.from({ length: 40 }, () => context.peer(listener.address)));
      const sent = peers.map((_, index) => pattern(500_000 + index, index));
      peers.forEach((peer, index) => peer.send(sent[index] ?? ""));
      await context.until(() => peers.every((peer, index) => peer.received === sent[index]?.length), "every echo");
      peers.forEach((peer, index) => assert.ok(Buffer.from(sent[index] ?? "").equals(peer.bytes), `connection ${index}`));
    },
  },
];
