// The limit on Bun: a canned reply to every read, with Bun.listen and nothing else. Usage: bun raw_bun.ts [PORT]

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const reply = new TextEncoder().encode(REPLY);
const listener = Bun.listen({
  hostname: "127.0.0.1",
  port: Number(Bun.argv[2] ?? 0),
  socket: {
    data: (socket) => void socket.write(reply),
  },
});
console.log(`listening on http://127.0.0.1:${listener.port}`);
