// The limit of a file's bytes on Deno: a head, and then one read and one write at a time, with Deno.FsFile and Deno.listen, as often as the
// client takes it. Nothing is checked, opened or counted. Usage: deno run -A file_alone_deno.ts FILE [PORT]
import { openSync, readSync } from "node:fs";
import { fileHead, READ_BYTES, readFileArguments } from "./file_reply.ts";

const { path, port, size } = readFileArguments(Deno.args);
const file = openSync(path, "r");
const head = new TextEncoder().encode(fileHead(size));
const listener = Deno.listen({ hostname: "127.0.0.1", port, tcpBacklog: 1024 });
console.log(`listening on http://127.0.0.1:${listener.addr.port}`);
for (;;) void answer(await listener.accept());

async function answer(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const request = new Uint8Array(1024);
  const buffer = new Uint8Array(READ_BYTES);
  try {
    while (await conn.read(request) !== null) {
      await writeAll(conn, head);
      for (let at = 0; at < size;) {
        const count = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
        await writeAll(conn, buffer.subarray(0, count));
        at += count;
      }
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}

/** A write may be short. */
async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
