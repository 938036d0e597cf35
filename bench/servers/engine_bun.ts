// A canned reply to every read through heddle's Bun engine. Usage: bun engine_bun.ts [PORT]
import { createBunEngine } from "../../src/io/bun.ts";
import { announce } from "./announce.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const reply = new TextEncoder().encode(REPLY);
const port = Number(Bun.argv[2] ?? 0);
const listener = await createBunEngine().listen({ transport: "tcp", hostname: "127.0.0.1", port }, (socket) => {
  socket.handler = {
    data: () => void socket.write(reply),
    drain: () => {},
    end: () => socket.end(),
    close: () => {},
  };
});
announce(listener.address);
