// The limit on Node: a canned reply to every read, with node:net and nothing else. Usage: node raw_node.ts [--close] [PORT]
import net from "node:net";
import { readArguments } from "./arguments.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const close = process.argv.includes("--close");
const reply = close ? REPLY.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n") : REPLY;
const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on("data", close ? () => void socket.end(reply, "latin1") : () => void socket.write(reply, "latin1"));
  socket.on("error", () => socket.destroy());
});
server.listen(readArguments(process.argv.slice(2)).port, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});
