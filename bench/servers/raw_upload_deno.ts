// The limit of an upload on Deno: reads 1 MiB, then a canned reply, with Deno.listen. Usage: deno run -A raw_upload_deno.ts [PORT]
import { readArguments } from "./arguments.ts";
import { UploadCounter } from "./upload_counter.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 7\r\n\r\n1048576";

/** As node:net and Bun read at most. */
const READ_BYTES = 65_536;

const reply = new TextEncoder().encode(REPLY);
const listener = Deno.listen({ hostname: "127.0.0.1", port: readArguments(Deno.args).port, tcpBacklog: 1024 });
console.log(`listening on http://127.0.0.1:${listener.addr.port}`);
for (;;) void answer(await listener.accept());

async function answer(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(READ_BYTES);
  const counter = new UploadCounter();
  try {
    for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) {
      if (counter.take(buffer.subarray(0, read))) await conn.write(reply);
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}
