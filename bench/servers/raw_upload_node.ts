// The limit of an upload on Node: reads 1 MiB, then a canned reply, with node:net. Usage: node raw_upload_node.ts [PORT]
import net from "node:net";
import { readArguments } from "./arguments.ts";
import { UploadCounter } from "./upload_counter.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 7\r\n\r\n1048576";

const server = net.createServer({ noDelay: true }, (socket) => {
  const counter = new UploadCounter();
  socket.on("data", (chunk: Buffer) => {
    if (counter.take(chunk)) socket.write(REPLY, "latin1");
  });
  socket.on("error", () => socket.destroy());
});
server.listen(readArguments(process.argv.slice(2)).port, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});
