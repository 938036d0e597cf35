// The limit on Bun: a canned reply to every read, with Bun.listen and nothing else. Usage: bun raw_bun.ts [--close] [PORT]
import { readArguments } from "./arguments.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const close = Bun.argv.includes("--close");
const reply = new TextEncoder().encode(close ? REPLY.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n") : REPLY);
const listener = Bun.listen({
  hostname: "127.0.0.1",
  port: readArguments(Bun.argv.slice(2)).port,
  socket: {
    data: close ? (socket) => void socket.end(reply) : (socket) => void socket.write(reply),
  },
});
console.log(`listening on http://127.0.0.1:${listener.port}`);
