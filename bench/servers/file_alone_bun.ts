// The limit of a file's bytes on Bun: a head, and then one read and one write at a time, with node:fs and Bun.listen, as often as the client
// takes it. Nothing is checked, opened or counted. Usage: bun file_alone_bun.ts FILE [PORT]
import { openSync, readSync } from "node:fs";
import type { Socket } from "bun";
import { fileHead, READ_BYTES, readFileArguments } from "./file_reply.ts";

/** What is read is sent from `sent` on; the next read begins at `at`. */
interface Progress {
  readonly buffer: Uint8Array;
  at: number;
  filled: number;
  sent: number;
}

const { path, port, size } = readFileArguments(Bun.argv.slice(2));
const file = openSync(path, "r");
const head = new TextEncoder().encode(fileHead(size));
const listener = Bun.listen<Progress>({
  hostname: "127.0.0.1",
  port,
  socket: {
    open: (socket) => void (socket.data = { buffer: new Uint8Array(READ_BYTES), at: size, filled: 0, sent: 0 }),
    data(socket) {
      socket.write(head);
      socket.data.at = 0;
      send(socket);
    },
    drain: send,
  },
});
console.log(`listening on http://127.0.0.1:${listener.port}`);

function send(socket: Socket<Progress>): void {
  const progress = socket.data;
  const { buffer } = progress;
  for (;;) {
    if (progress.sent === progress.filled) {
      if (progress.at === size) return;
      progress.filled = readSync(file, buffer, 0, Math.min(buffer.length, size - progress.at), progress.at);
      progress.at += progress.filled;
      progress.sent = 0;
    }
    const taken = Math.max(socket.write(buffer, progress.sent, progress.filled - progress.sent), 0);
    progress.sent += taken;
    if (progress.sent < progress.filled) return;
  }
}
