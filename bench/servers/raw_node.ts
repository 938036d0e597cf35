// The limit on Node: a canned reply to every read, with node:net and nothing else. Usage: node raw_node.ts [PORT]
import net from "node:net";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => void socket.write(REPLY, "latin1"));
  socket.on("error", () => socket.destroy());
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});
