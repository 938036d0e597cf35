// The limit of an upload on Bun: reads 1 MiB, then a canned reply, with Bun.listen. Usage: bun raw_upload_bun.ts [PORT]
import { readArguments } from "./arguments.ts";
import { UploadCounter } from "./upload_counter.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 7\r\n\r\n1048576";

const reply = new TextEncoder().encode(REPLY);
const listener = Bun.listen<UploadCounter>({
  hostname: "127.0.0.1",
  port: readArguments(Bun.argv.slice(2)).port,
  socket: {
    open: (socket) => void (socket.data = new UploadCounter()),
    data(socket, chunk) {
      if (socket.data.take(chunk)) socket.write(reply);
    },
  },
});
console.log(`listening on http://127.0.0.1:${listener.port}`);
