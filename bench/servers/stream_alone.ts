// What a Web stream alone costs: heddle's I/O engine writes a framed chunk for each one that it reads of the app's stream, and waits for
// `drain` as it must. No HTTP is read, there are no cores, and no chunk waits for another to leave in one write.
// Usage: deno run -A stream_alone.ts, bun stream_alone.ts, node stream_alone.ts
import app from "../apps/stream.ts";
import type { Socket } from "../../src/contract/socket.ts";
import { selectPlatform } from "../../src/io/select.ts";
import { announce } from "./announce.ts";
import { framedChunk, STREAM_END, STREAM_HEAD } from "./stream_reply.ts";

const chunk = framedChunk();
const { engine } = await selectPlatform();
const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
  let drained = () => {};
  const drain = (): Promise<void> => new Promise((resolve) => drained = resolve);
  socket.handler = {
    data: () => void answer(socket, drain),
    drain: () => drained(),
    end: () => socket.end(),
    close() {},
  };
});
announce(listener.address);

async function answer(socket: Socket, drain: () => Promise<void>): Promise<void> {
  const reader = app.fetch().body!.getReader();
  socket.write(STREAM_HEAD);
  while (!(await reader.read()).done) {
    if (!socket.write(chunk)) await drain();
  }
  socket.write(STREAM_END);
}
