// The limit of a file's bytes on Node: a head, and then one read and one write at a time, with node:fs and node:net, as often as the client
// takes it. Nothing is checked, opened or counted. Usage: node file_alone_node.ts FILE [PORT]
import { openSync, readSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { fileHead, READ_BYTES, readFileArguments } from "./file_reply.ts";

const { path, port, size } = readFileArguments(process.argv.slice(2));
const file = openSync(path, "r");
const head = fileHead(size);

const server = createServer({ noDelay: true }, (socket) => {
  const buffer = new Uint8Array(READ_BYTES);
  socket.on("data", () => {
    socket.write(head, "latin1");
    send(socket, buffer, 0);
  });
  socket.on("error", () => socket.destroy());
});
server.listen(port, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});

/** The buffer is read into again once all of it has left. */
function send(socket: Socket, buffer: Uint8Array, at: number): void {
  if (at >= size) return;
  const count = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
  socket.write(buffer.subarray(0, count), (error) => {
    if (!error) send(socket, buffer, at + count);
  });
}
