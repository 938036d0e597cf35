// The limit of a streamed answer on Node: 64 framed chunks of 16 KiB to each read, with node:net; with --large four of them in one write, as
// node:http and heddle put them together. Usage: node raw_stream_node.ts [--large] [PORT]
import net, { type Socket } from "node:net";
import { readArguments } from "./arguments.ts";
import { framedChunk, STREAM_CHUNKS, STREAM_END, STREAM_HEAD } from "./stream_reply.ts";

const together = process.argv.includes("--large") ? 4 : 1;
const chunk = Buffer.concat(Array.from({ length: together }, framedChunk));
const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => {
    socket.write(STREAM_HEAD, "latin1");
    send(socket, STREAM_CHUNKS / together);
  });
  socket.on("error", () => socket.destroy());
});
server.listen(readArguments(process.argv.slice(2)).port, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});

function send(socket: Socket, left: number): void {
  while (left-- > 0) {
    if (!socket.write(chunk)) {
      socket.once("drain", () => send(socket, left));
      return;
    }
  }
  socket.write(STREAM_END, "latin1");
}
