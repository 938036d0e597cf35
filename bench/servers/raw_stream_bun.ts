// The limit of a streamed answer on Bun: 64 framed chunks of 16 KiB to each read, with Bun.listen. Usage: bun raw_stream_bun.ts [PORT]
import type { Socket } from "bun";
import { readArguments } from "./arguments.ts";
import { framedChunk, STREAM_CHUNKS, STREAM_END, STREAM_HEAD } from "./stream_reply.ts";

/** Where an answer stands: Bun's `write` takes what the kernel takes, and the rest goes out from `drain`. */
interface Progress {
  /** Pieces sent: the head, the chunks, the end. */
  piece: number;
  offset: number;
}

const encoder = new TextEncoder();
const chunk = framedChunk();
const pieces = [encoder.encode(STREAM_HEAD), ...Array.from({ length: STREAM_CHUNKS }, () => chunk), encoder.encode(STREAM_END)];
const listener = Bun.listen<Progress>({
  hostname: "127.0.0.1",
  port: readArguments(Bun.argv.slice(2)).port,
  socket: {
    open: (socket) => void (socket.data = { piece: pieces.length, offset: 0 }),
    data(socket) {
      socket.data.piece = 0;
      send(socket);
    },
    drain: send,
  },
});
console.log(`listening on http://127.0.0.1:${listener.port}`);

function send(socket: Socket<Progress>): void {
  const progress = socket.data;
  while (progress.piece < pieces.length) {
    const piece = pieces[progress.piece]!;
    const taken = socket.write(piece, progress.offset);
    if (taken < piece.length - progress.offset) {
      progress.offset += Math.max(taken, 0);
      return;
    }
    progress.piece++;
    progress.offset = 0;
  }
}
